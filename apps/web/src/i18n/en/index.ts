import { access } from "./access.ts";
import { chat } from "./chat.ts";
import { connections } from "./connections.ts";
import { errors } from "./errors.ts";
import { identity } from "./identity.ts";
import { library } from "./library.ts";
import { presets } from "./presets.ts";
import { proposals } from "./proposals.ts";
import { settings } from "./settings.ts";
import { setup } from "./setup.ts";
import { shares } from "./shares.ts";
import { shell } from "./shell.ts";
import { shortcuts } from "./shortcuts.ts";
import { sync } from "./sync.ts";

export const en = {
  access,
  chat,
  connections,
  errors,
  identity,
  library,
  presets,
  proposals,
  settings,
  setup,
  shares,
  shell,
  shortcuts,
  sync,
} as const;

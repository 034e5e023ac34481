import type { en } from "../en/index.ts";
import type { Translated } from "../translated.ts";
import { errors } from "./errors.ts";
import { identity } from "./identity.ts";
import { setup } from "./setup.ts";
import { shell } from "./shell.ts";
import { shortcuts } from "./shortcuts.ts";

export const zh: Translated<typeof en> = { errors, identity, setup, shell, shortcuts };

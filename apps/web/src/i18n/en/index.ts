import { errors } from "./errors.ts";
import { identity } from "./identity.ts";
import { setup } from "./setup.ts";
import { shell } from "./shell.ts";
import { shortcuts } from "./shortcuts.ts";

export const en = { errors, identity, setup, shell, shortcuts } as const;

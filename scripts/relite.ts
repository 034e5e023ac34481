import { type Command, runKey, runToken } from "@relite/core/node";
import {
  runAppPassword,
  runBackup,
  runExport,
  runFsck,
  runGc,
  runImport,
  runInvite,
  runOwners,
  runQuota,
  runRestore,
  runRevoke,
  runShare,
  runStats,
  runTrash,
} from "@relite/dav/admin";

const commandByName: Readonly<Record<string, Command>> = {
  key: runKey,
  token: runToken,
  owners: runOwners,
  quota: runQuota,
  stats: runStats,
  invite: runInvite,
  "app-password": runAppPassword,
  share: runShare,
  revoke: runRevoke,
  fsck: runFsck,
  gc: runGc,
  trash: runTrash,
  export: runExport,
  import: runImport,
  backup: runBackup,
  restore: runRestore,
};

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`relite: ${line}\n`);
const terminal = process.stderr.isTTY
  ? {
      columns: process.stderr.columns || 80,
      write: (text: string) => void process.stderr.write(text),
    }
  : undefined;

/** From the first call on, Ctrl-C asks instead of ending: a terminal and a launcher may both pass it on, so it counts once. */
function cancel(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ending.abort());
  if (process.connected) process.once("disconnect", () => ending.abort());
  return ending.signal;
}

const [name = "--help", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commandByName, name) ? commandByName[name] : undefined;
if (command !== undefined) {
  process.exitCode = await command(args, { out, err, env: process.env, terminal, cancel });
  // The channel to what started this would keep it alive.
  if (process.connected) process.disconnect();
} else {
  const isHelp = name === "--help" || name === "-h" || name === "help";
  const print = isHelp ? out : err;
  if (!isHelp) print(`unknown command: ${name}`);
  print(`commands: ${Object.keys(commandByName).join(", ")} (each explains itself with --help)`);
  process.exitCode = isHelp ? 0 : 2;
}

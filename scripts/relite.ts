import { type Command, runKey, runToken } from "@relite/core/node";
import { runFsck, runOwners } from "@relite/dav/admin";

const commandByName: Readonly<Record<string, Command>> = {
  key: runKey,
  token: runToken,
  owners: runOwners,
  fsck: runFsck,
};

const out = (line: string) => process.stdout.write(`${line}\n`);
const err = (line: string) => process.stderr.write(`relite: ${line}\n`);

const [name = "--help", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commandByName, name) ? commandByName[name] : undefined;
if (command !== undefined) {
  process.exitCode = await command(args, { out, err, env: process.env });
} else {
  const isHelp = name === "--help" || name === "-h" || name === "help";
  const print = isHelp ? out : err;
  if (!isHelp) print(`unknown command: ${name}`);
  print(`commands: ${Object.keys(commandByName).join(", ")} (each explains itself with --help)`);
  process.exitCode = isHelp ? 0 : 2;
}

/** One command of the endpoint as a process of its own, to be killed. */
import { runBackup, runExport, runImport } from "../src/admin/index.ts";

const commands = { backup: runBackup, export: runExport, import: runImport };
const [name, ...args] = process.argv.slice(2);
const command = name === "backup" || name === "export" || name === "import" ? commands[name] : null;
const io = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
  env: process.env,
};
process.exitCode = command === null ? 2 : await command(args, io);

import type { CommandIo } from "../admin/command-line.ts";

export interface CommandEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process and gathers what it printed. */
export async function runCommand(
  command: (args: readonly string[], io: CommandIo) => Promise<number>,
  ...args: readonly string[]
): Promise<CommandEnd> {
  return runCommandWith(command, args, {});
}

export async function runCommandWith(
  command: (args: readonly string[], io: CommandIo) => Promise<number>,
  args: readonly string[],
  more: Partial<CommandIo>,
): Promise<CommandEnd> {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(`${line}\n`),
    err: (line: string) => void err.push(`${line}\n`),
    env: {},
    ...more,
  };
  const code = await command(args, io);
  return { code, out: out.join(""), err: err.join("") };
}

import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";

/** A foreign server that serves a folder; closing it stops the process. */
export interface PeerServer {
  readonly url: string;
  /** Of the process that serves, where it is one. */
  readonly pid?: number | undefined;
  close(): Promise<void>;
}

export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a server process and waits until it answers HTTP at `url`; its own output is told when it ends first. */
export async function startProcessServer(
  url: string,
  { command, args, env }: PeerCommand,
): Promise<PeerServer> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (output = (output + chunk).slice(-4_000)));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error(`${command} did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    pid: child.pid,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url, { method: "OPTIONS", signal: AbortSignal.timeout(1_000) }).catch(
    () => null,
  );
  await answer?.body?.cancel();
  return answer !== null;
}

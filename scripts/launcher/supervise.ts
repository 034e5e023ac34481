import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { programEnv, root } from "./root.ts";
import { openRotatingLog } from "./rotating-log.ts";

export interface Program {
  readonly name: string;
  readonly script: string;
  /** Options of node itself. */
  readonly nodeArgs?: readonly string[];
  readonly readyUrl: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Supervisor {
  /** Resolves when every program answers its ready address; rejects with the program's own words when one ends first. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when a program kept dying and was given up. */
  readonly gaveUp: Promise<string>;
  stop(): Promise<void>;
}

const restartLimit = 5;
const restartWindowMs = 60_000;
/** Longer than the endpoint takes to finish what runs. */
const stopGraceMs = 30_000;
const maxLogBytes = 16 * 1024 * 1024;

/** Runs programs as processes of their own, logs to `<logDir>/<name>.log` (process id in `<name>.pid`), restarts what dies (5 times a minute at most). */
export function supervise(
  programs: readonly Program[],
  logDir: string,
  say: (line: string) => void,
): Supervisor {
  mkdirSync(logDir, { recursive: true, mode: 0o700 });
  const giveUp = Promise.withResolvers<string>();
  const keepers = programs.map((program) => keep(program, logDir, say, giveUp.resolve));
  return {
    ready: Promise.all(keepers.map((keeper) => keeper.ready)).then(() => undefined),
    gaveUp: giveUp.promise,
    stop: async () => {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
    },
  };
}

function keep(
  program: Program,
  logDir: string,
  say: (line: string) => void,
  giveUp: (reason: string) => void,
) {
  const ready = Promise.withResolvers<void>();
  let isReady = false;
  let stopping = false;
  let deaths: readonly number[] = [];
  let child: ChildProcess;

  const launch = () => {
    const started = startProcess(program, logDir);
    child = started.child;
    child.once("exit", (code, signal) => {
      if (stopping) return;
      if (!isReady)
        return ready.reject(new Error(started.lastWords() || `${program.name} ended with ${code ?? signal}`));
      const nowMs = Date.now();
      deaths = [...deaths.filter((atMs) => nowMs - atMs < restartWindowMs), nowMs];
      if (deaths.length > restartLimit)
        return giveUp(`${program.name} died ${deaths.length} times within a minute; see ${logDir}`);
      say(
        `${program.name} ended with ${code ?? signal}; starting it again (${deaths.length}/${restartLimit})`,
      );
      launch();
    });
  };
  launch();
  void waitUntilReady(program.readyUrl, () => stopping || child.exitCode !== null).then((answered) => {
    if (!answered) return;
    isReady = true;
    ready.resolve();
  });
  const stop = async () => {
    stopping = true;
    await stopProcess(child);
  };
  return { ready: ready.promise, stop };
}

function startProcess(program: Program, logDir: string) {
  const log = openRotatingLog(join(logDir, `${program.name}.log`), maxLogBytes);
  // The ipc channel closes when this process dies, however it dies; the program then stops by itself.
  const child = spawn(process.execPath, [...(program.nodeArgs ?? []), resolve(root, program.script)], {
    cwd: root,
    env: { ...programEnv, ...process.env, ...program.env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  writeFileSync(join(logDir, `${program.name}.pid`), `${child.pid}\n`);
  let words = "";
  child.stdout?.on("data", (chunk: Buffer) => log.write(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-2_000);
    log.write(chunk);
  });
  child.once("close", () => log.close());
  return { child, lastWords: () => words.trim() };
}

async function waitUntilReady(url: string, isOver: () => boolean): Promise<boolean> {
  while (!isOver()) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
  await ended;
  clearTimeout(timer);
}

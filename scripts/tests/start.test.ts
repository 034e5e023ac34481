import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { root } from "../launcher/root.ts";
import { freePort } from "../peers/process-server.ts";

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

const folders: string[] = [];
const runs: Run[] = [];

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.child.kill("SIGKILL");
    await run.exit;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe("npm start", () => {
  it("[RUN1] serves both addresses, prints a setup link, stops cleanly and keeps its keys over a restart", async () => {
    const place = await newPlace();
    const first = start(place.args);
    await until(() => first.output().includes("Ctrl-C stops it."), first);
    const link = /setup#code=(\S+)/.exec(first.output())?.[1];
    expect(link).toMatch(/^[\w-]{20,}$/);
    expect(statSync(join(place.data, "setup-code")).mode & 0o777).toBe(0o600);
    expect(await jsonOf(`http://127.0.0.1:${place.port}/api/setup`)).toMatchObject({ claimed: false });
    expect(await jsonOf(`http://127.0.0.1:${place.davPort}/relite/info`)).toMatchObject({ claimed: false });
    first.child.kill("SIGINT");
    expect(await first.exit).toBe(0);
    await expect(fetch(`http://127.0.0.1:${place.port}/healthz`)).rejects.toThrow();

    const second = start(place.args);
    await until(() => second.output().includes("Ctrl-C stops it."), second);
    expect(/setup#code=(\S+)/.exec(second.output())?.[1]).toBe(link);
    second.child.kill("SIGTERM");
    expect(await second.exit).toBe(0);
  });

  it("[RUN2] starts a server again that was killed", async () => {
    const place = await newPlace();
    const run = start(place.args);
    await until(() => run.output().includes("Ctrl-C stops it."), run);
    const before = pidOf(place.data, "dav");
    process.kill(before, "SIGKILL");
    await until(() => run.output().includes("dav ended with SIGKILL; starting it again"), run);
    await untilAnswers(`http://127.0.0.1:${place.davPort}/readyz`);
    expect(pidOf(place.data, "dav")).not.toBe(before);
  });

  it("[RUN3] leaves no server behind when it is killed itself", async () => {
    const place = await newPlace();
    const run = start(place.args);
    await until(() => run.output().includes("Ctrl-C stops it."), run);
    run.child.kill("SIGKILL");
    await run.exit;
    await untilRefused(`http://127.0.0.1:${place.port}/healthz`);
    await untilRefused(`http://127.0.0.1:${place.davPort}/healthz`);
  });

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
    "[RUN3] ends with npm, stopped by %s",
    async (signal) => {
      const place = await newPlace();
      const run = watch(spawn("npm", ["start", "--", ...place.args], { cwd: root }));
      await until(() => run.output().includes("Ctrl-C stops it."), run);
      run.child.kill(signal);
      await untilRefused(`http://127.0.0.1:${place.port}/healthz`);
      await untilRefused(`http://127.0.0.1:${place.davPort}/healthz`);
      await run.exit;
    },
  );

  it("[RUN3] ends with the process that npm runs", async () => {
    const place = await newPlace();
    const run = watch(
      spawn(process.execPath, ["scripts/bootstrap.mjs", "start", ...place.args], { cwd: root }),
    );
    await until(() => run.output().includes("Ctrl-C stops it."), run);
    run.child.kill("SIGKILL");
    await untilRefused(`http://127.0.0.1:${place.port}/healthz`);
    await untilRefused(`http://127.0.0.1:${place.davPort}/healthz`);
  });

  it("[RUN4] names a busy port in one line and ends with 1", async () => {
    const busy = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => busy.once("listening", resolve));
    const port = (busy.address() as AddressInfo).port;
    const place = await newPlace();
    const run = start(["--port", String(port), "--dav-port", String(place.davPort), "--data", place.data]);
    expect(await run.exit).toBe(1);
    expect(run.output().trim()).toBe(
      `relite: port ${port} is busy; stop what uses it or choose another with --port`,
    );
    busy.close();
  });

  it.each([
    [["--port", "99999"], '--port takes a number from 1 to 65535, not "99999"'],
    [["--port", "x"], '--port takes a number from 1 to 65535, not "x"'],
    [["--port", "4000", "--dav-port", "4000"], "--port and --dav-port are both 4000; they must differ"],
    [["--nonsense"], "Unknown option '--nonsense'"],
    [["--data", "/proc/nowhere"], "the data folder /proc/nowhere cannot be written"],
  ])("[RUN5] refuses %j in one line and ends with 1", async (args, words) => {
    const run = start(args);
    expect(await run.exit).toBe(1);
    expect(run.output()).toContain(words);
    expect(run.output().trim().split("\n")).toHaveLength(1);
  });

  it("[RUN5] a public address that is none is named", async () => {
    const run = start([], { RELITE_PUBLIC_URL: "not an address" });
    expect(await run.exit).toBe(1);
    expect(run.output().trim()).toBe(
      "relite: RELITE_PUBLIC_URL must be an http or https address without a path",
    );
  });

  it("[RUN1] waits for the endpoint where it listens", async () => {
    const place = await newPlace();
    const run = start(place.args, { DAV_HOST: "localhost" });
    await until(() => run.output().includes("Ctrl-C stops it."), run);
    expect(await jsonOf(`http://localhost:${place.davPort}/relite/info`)).toMatchObject({ claimed: false });
  });

  it.each(["dav", "api"])(
    "[RUN5] npm run %s explains itself and refuses what it does not know",
    async (name) => {
      const help = watch(spawn(process.execPath, [`scripts/${name}.ts`, "--help"], { cwd: root }));
      expect(await help.exit).toBe(0);
      expect(help.output()).toContain(`Usage: npm run ${name} -- [options]`);
      const wrong = watch(spawn(process.execPath, [`scripts/${name}.ts`, "--nonsense"], { cwd: root }));
      expect(await wrong.exit).toBe(1);
      expect(wrong.output().trim().split("\n")).toHaveLength(1);
    },
  );

  it("[RUN1] the endpoint runs alone where its options say", async () => {
    const place = await newPlace();
    const args = ["scripts/dav.ts", "--port", String(place.davPort), "--data", place.data];
    const run = watch(spawn(process.execPath, args, { cwd: root }));
    await until(() => run.output().includes("One-time setup code"), run);
    expect(await jsonOf(`http://127.0.0.1:${place.davPort}/relite/info`)).toMatchObject({ claimed: false });
    run.child.kill("SIGTERM");
    expect(await run.exit).toBe(0);
  });

  it("[RUN5] a bad setting of one server is named and ends everything with 1", async () => {
    const place = await newPlace();
    const run = start(place.args, { RELITE_WEB_DAV_KEY: "too short" });
    expect(await run.exit).toBe(1);
    expect(run.output()).toContain("RELITE_WEB_DAV_KEY");
    expect(run.output()).not.toContain("too short");
    await untilRefused(`http://127.0.0.1:${place.davPort}/healthz`);
  });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  return watch(
    spawn(process.execPath, [join(root, "scripts/start.ts"), ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    }),
  );
}

function watch(child: ChildProcessWithoutNullStreams): Run {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const run = { child, output: () => text, exit };
  runs.push(run);
  return run;
}

async function newPlace() {
  const data = mkdtempSync(join(tmpdir(), "relite-start-"));
  folders.push(data);
  const [port, davPort] = [await freePort(), await freePort()];
  return {
    data,
    port,
    davPort,
    args: ["--port", String(port), "--dav-port", String(davPort), "--data", data],
  };
}

function pidOf(data: string, name: string): number {
  return Number(readFileSync(join(data, "logs", `${name}.pid`), "utf8"));
}

async function jsonOf(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

async function until(condition: () => boolean, run: Run): Promise<void> {
  while (!condition()) {
    if (run.child.exitCode !== null) throw new Error(`ended with ${run.child.exitCode}:\n${run.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function untilAnswers(url: string): Promise<void> {
  while (
    !(await fetch(url)
      .then((answer) => answer.ok)
      .catch(() => false))
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function untilRefused(url: string): Promise<void> {
  while (
    await fetch(url)
      .then(() => true)
      .catch(() => false)
  )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

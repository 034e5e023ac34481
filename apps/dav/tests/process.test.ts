import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endWithTest } from "./end-with-test.ts";

const main = join(import.meta.dirname, "../src/main.ts");

function start(env: Record<string, string>, stdio: "pipe" | "ipc" = "pipe") {
  const base = { PATH: process.env.PATH ?? "", DAV_HOST: "127.0.0.1", DAV_PORT: "0" };
  const channel = stdio === "ipc" ? (["ipc"] as const) : [];
  const child = spawn(process.execPath, [main], {
    env: { ...base, ...env },
    stdio: ["ignore", "pipe", "pipe", ...channel],
  });
  endWithTest(child);
  const text = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    text.out += String(chunk);
  });
  child.stderr?.on("data", (chunk) => {
    text.err += String(chunk);
  });
  // With a channel that was cut, node tells of the exit only.
  const ended = once(child, stdio === "ipc" ? "exit" : "close").then(([code]) => Number(code));
  const isOver = ended.then((code) => {
    throw new Error(`it ended with ${code}: ${text.err}`);
  });
  isOver.catch(() => {});
  return {
    child,
    text,
    ended,
    async url(): Promise<string> {
      for (;;) {
        const url = /"url":"([^"]+)"/.exec(text.out)?.[1];
        if (url !== undefined) return url;
        await Promise.race([once(child.stdout ?? child, "data"), isOver]);
      }
    },
  };
}

describe("the process", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relite-proc-"));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("[DV42] started alone it makes a setup code once, shows it, and stops cleanly on a signal", async () => {
    const codes: string[] = [];
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, text, ended, url } = start({ DAV_DATA_DIR: folder });
      expect((await fetch(`${await url()}/healthz`)).status).toBe(200);
      codes.push(/setup code .*: (\S+)/.exec(text.out)?.[1] ?? "");
      child.kill(signal);
      expect([await ended, text.err]).toEqual([0, ""]);
    }
    expect(codes[0]).toHaveLength(20);
    expect(codes[1]).toBe(codes[0]);
    const file = join(folder, "dav", "setup-code");
    expect(await readFile(file, "utf8")).toBe(`${codes[0]}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, "dav"))).mode & 0o777).toBe(0o700);
  });

  it("[DV42] a launcher that goes away takes it along", async () => {
    const { child, ended, url } = start({ DAV_DATA_DIR: folder }, "ipc");
    await url();
    child.disconnect();
    expect(await ended).toBe(0);
  });

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, RegExp]>([
    [
      "bad settings",
      () => ({ DAV_PORT: "70000", DAV_PREFIX: "x", DAV_QUOTA_DEFAULT: "lots" }),
      /DAV_PORT.*DAV_PREFIX.*DAV_QUOTA_DEFAULT/,
    ],
    ["a secret that is too short", () => ({ DAV_SETUP_CODE: "s3cr3t!" }), /DAV_SETUP_CODE(?!.*s3cr3t)/],
    ["a database of another kind", () => ({ DAV_DATABASE_URL: "postgres://a/b" }), /DAV_DATABASE_URL/],
    ["a folder that cannot be made", () => ({ DAV_DATA_DIR: "/proc/none" }), /cannot write to \/proc\/none/],
    [
      "a file in the folder's place",
      async () => {
        await writeFile(join(folder, "file"), "");
        return { DAV_DATA_DIR: join(folder, "file") };
      },
      /cannot write to/,
    ],
    [
      "a database that is none",
      async () => {
        await writeFile(join(folder, "none.db"), "x".repeat(9_000));
        return { DAV_DATA_DIR: folder, DAV_DATABASE_URL: join(folder, "none.db") };
      },
      /cannot open the database/,
    ],
  ])("[DV43] %s: one clear line and exit code 1", async (_name, env, line) => {
    const { text, ended } = start({ DAV_SETUP_CODE: "long-enough", DAV_DATA_DIR: folder, ...(await env()) });
    expect(await ended).toBe(1);
    expect(text.err).toMatch(line);
    expect(text.err.trim().split("\n")).toHaveLength(1);
  });

  it("[DV43] a busy port, and a folder another endpoint has: one clear line and exit code 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = String(address !== null && typeof address === "object" ? address.port : 0);
    const busy = start({ DAV_DATA_DIR: folder, DAV_PORT: port });
    expect([await busy.ended, busy.text.err]).toEqual([
      1,
      `relite-dav: port ${port} is in use; set DAV_PORT to another one\n`,
    ]);
    other.close();
    const first = start({ DAV_DATA_DIR: folder });
    await first.url();
    const second = start({ DAV_DATA_DIR: folder });
    expect(await second.ended).toBe(1);
    expect(second.text.err).toMatch(/^relite-dav: The data folder is in use.*\n$/);
    first.child.kill();
    expect(await first.ended).toBe(0);
  });

  it("[DV42] a signal lets an upload that is running finish", async () => {
    const { startTestServer } = await import("../src/testing/dav-fixture.ts");
    await using dav = await startTestServer();
    let finish = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new Uint8Array(100_000));
        finish = () => {
          controller.enqueue(new Uint8Array(100_000));
          controller.close();
        };
      },
    });
    await dav.request("PUT", "first", { body: "x" });
    const upload = dav.request("PUT", "upload", { body });
    // The upload is under way once its temporary file is there.
    const { readdir } = await import("node:fs/promises");
    while ((await readdir(join(dav.folder, "dav/blobs/staging"))).length === 0)
      await fetch(`${dav.server.url}/healthz`);
    const restarted = dav.restart();
    finish();
    expect((await upload).status).toBe(201);
    await restarted;
    expect((await (await dav.request("GET", "upload")).arrayBuffer()).byteLength).toBe(200_000);
  });
});

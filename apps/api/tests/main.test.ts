import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const main = join(import.meta.dirname, "../src/main.ts");

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "relite-main-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** The program as a person starts it; `until` is a text after which it is asked to stop. */
function run(env: Readonly<Record<string, string>>, until?: string) {
  const program = spawn(process.execPath, [main], { env: { PATH: process.env.PATH ?? "", ...env } });
  onTestFinished(() => void program.kill("SIGKILL"));
  let out = "";
  let err = "";
  program.stdout.on("data", (piece) => {
    out += piece;
    if (until !== undefined && out.includes(until)) program.kill("SIGTERM");
  });
  program.stderr.on("data", (piece) => {
    err += piece;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    program.on("close", (code) => resolve({ code, out, err })),
  );
}

describe("a start that cannot be is one clear line and exit code 1", () => {
  test("[CF3] a busy port", async () => {
    await using data = await folder();
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, err } = await run({ RELITE_PORT: String(port), RELITE_DATA_DIR: data.path });
    other.close();
    expect({ code, err }).toEqual({
      code: 1,
      err: `relite: Port ${port} on 127.0.0.1 is in use by another program; set RELITE_PORT to a free one.\n`,
    });
  });

  test("[CF3] a bad setting", async () => {
    const { code, err } = await run({ RELITE_PORT: "many", RELITE_WEB_DAV_KEY: "planted-secret" });
    expect(code).toBe(1);
    expect(err).toMatch(/^relite: Bad settings: RELITE_PORT: .*; RELITE_WEB_DAV_KEY: [^\n]*\n$/);
    expect(err).not.toContain("planted-secret");
  });

  test("[CF3] a folder that cannot be written, or is a file", async () => {
    await using data = await folder();
    const file = join(data.path, "file");
    await writeFile(file, "");
    await chmod(file, 0o600);
    const { code, err } = await run({ RELITE_PORT: "0", RELITE_DATA_DIR: file });
    expect(code).toBe(1);
    expect(err).toMatch(/^relite: RELITE_DATA_DIR: [^\n]* cannot be written\.\n$/);
  });
});

test("[CF4] started alone it makes its setup code and sealing key once, readable by its user only, and stops cleanly", async () => {
  await using data = await folder();
  const env = { RELITE_PORT: "0", RELITE_DATA_DIR: data.path };
  const first = await run(env, "to become its owner");
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: "" });
  const link = /http:\/\/localhost:\d+\/setup#code=([\w-]{20,})/.exec(first.out)?.[1];
  const code = (await readFile(join(data.path, "api/setup-code"), "utf8")).trim();
  const key = await readFile(join(data.path, "api/sealing-key"), "utf8");
  expect(link).toBe(code);
  for (const name of ["setup-code", "sealing-key"])
    expect((await stat(join(data.path, "api", name))).mode & 0o777).toBe(0o600);
  const second = await run(env, "to become its owner");
  expect(second.out).toContain(code);
  expect(await readFile(join(data.path, "api/sealing-key"), "utf8")).toBe(key);
  expect(first.out + second.out).not.toContain(key.trim());
});

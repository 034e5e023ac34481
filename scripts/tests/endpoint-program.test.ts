import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endpointProgram } from "../launcher/endpoint-program.ts";
import { fingerprint } from "../launcher/fingerprint.ts";
import { root } from "../launcher/root.ts";

const silent = () => {};

describe("the endpoint's build", () => {
  let cache: string;
  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "relite-build-"));
  });
  afterEach(() => rmSync(cache, { recursive: true, force: true }));

  it("[RUN7] is made once, also by two at once, and beside what a killed build left", async () => {
    const left = join(cache, "0123456789abcdef.unfinished-1");
    mkdirSync(left);
    utimesSync(left, 1, 1);
    const started = await Promise.all([endpointProgram(silent, cache), endpointProgram(silent, cache)]);
    const { script } = await endpointProgram(silent, cache);
    expect(started.map((program) => program.script)).toEqual([script, script]);
    expect(readdirSync(cache)).toEqual([dirname(script).slice(cache.length + 1)]);
    expect(readdirSync(dirname(script))).toEqual(expect.arrayContaining(["main.js", "http-thread.js"]));
  });

  it("[RUN7] killed while it is made leaves nothing that could be taken for it", async () => {
    const target = join(cache, "0123456789abcdef");
    const child = spawn(process.execPath, [join(root, "scripts/launcher/build-endpoint.ts"), target]);
    while (readdirSync(cache).length === 0) await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(target)).toBe(false);
  });

  it("[RUN7] where it cannot be kept, the sources run, and why is said", async () => {
    const file = join(cache, "file");
    writeFileSync(file, "");
    const said: string[] = [];
    const { script } = await endpointProgram((line) => said.push(line), join(file, "below"));
    expect(script).toBe("apps/dav/src/main.ts");
    expect(said).toEqual([expect.stringMatching(/runs from its sources.*ENOTDIR/)]);
  });

  it("[RUN7] is another one when a byte of a source has changed, not when a test has", () => {
    const states = ["a.ts", "a.test.ts", "a.ts"].map((name, index) => {
      writeFileSync(join(cache, name), String(index));
      return fingerprint([cache]);
    });
    expect(states[1]).toBe(states[0]);
    expect(states[2]).not.toBe(states[0]);
  });
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ensureProgram } from "../../../scripts/peers/packages.ts";
import { runFsck, runOwners } from "../src/admin/index.ts";
import { newSigner } from "../src/testing/dav-fixture.ts";
import { startEndpoint } from "../tests/kill/endpoint-process.ts";

const { available } = ensureProgram("strace", "strace");
const quiet = { out: () => {}, err: () => {}, env: {} };

/** A system call that came to its end. */
interface Call {
  readonly name: string;
  readonly text: string;
}

/** Reads what strace wrote with `-f -y`; a call that others interrupted stands where it ended. */
function readCalls(trace: string): readonly Call[] {
  const begun = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split("\n")) {
    const [, pid = "", rest = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (rest.endsWith("<unfinished ...>")) begun.set(pid, rest.replace(/\s*<unfinished \.\.\.>$/, ""));
    else {
      const whole = rest.replace(/^<\.\.\. \w+ resumed>/, begun.get(pid) ?? "");
      const name = /^(\w+)\(/.exec(whole)?.[1];
      if (name !== undefined) calls.push({ name, text: whole });
    }
  }
  return calls;
}

it.runIf(available)(
  "[DU11] content, its name, its folder and the log are flushed in this order before the answer leaves",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "relite-flush-"));
    const owner = await newSigner();
    const trace = join(folder, "trace");
    await runOwners(["add", owner.did, "--data", folder], quiet);
    const calls = "trace=pwrite64,write,writev,sendto,fdatasync,fsync,rename,renameat,renameat2";
    const wrapper = ["strace", "-D", "-f", "-y", "-s", "40", "-o", trace, "-e", calls];
    const endpoint = await startEndpoint({ folder, owner, wrapper });
    const to = { Destination: "/dav/apps/test/moved" };
    const steps: [string, string, { body?: string; headers?: Record<string, string> }][] = [
      ["MKCOL", "c", {}],
      ["PUT", "c/small", { body: "small" }],
      ["PUT", "c/large", { body: "x".repeat(300_000) }],
      ["PUT", "c/large", { body: "y".repeat(300_000) }],
      [
        "PATCH",
        "c/large",
        {
          body: "z",
          headers: { "Content-Type": "application/x-sabredav-partialupdate", "X-Update-Range": "append" },
        },
      ],
      ["COPY", "c", { headers: to }],
      ["MOVE", "c", { headers: to }],
      ["DELETE", "moved", {}],
    ];
    for (const [method, path, init] of steps) {
      const answer = await endpoint.request(method, path, init);
      expect([method, answer.ok]).toEqual([method, true]);
      await answer.text();
    }
    expect(await endpoint.stop()).toBe(0);
    const all = readCalls(await readFile(trace, "utf8"));
    let from = 0;
    for (const [method, path, { body = "" }] of steps) {
      const end = all.findIndex(({ text }, index) => index > from && /HTTP\/1\.1 2\d\d/.test(text));
      expect(end, `${method} ${path} was answered`).toBeGreaterThan(from);
      expectOrder(all.slice(from, end), `${method} ${path}`, body.length > 100_000 || method === "PATCH");
      from = end;
    }
    expect(await runFsck(["--data", folder], quiet)).toBe(0);
    await rm(folder, { recursive: true, force: true });
  },
);

function expectOrder(calls: readonly Call[], told: string, isLarge: boolean): void {
  const first = (name: RegExp, text: RegExp) =>
    calls.findIndex((call) => name.test(call.name) && text.test(call.text));
  const last = (name: RegExp, text: RegExp) =>
    calls.findLastIndex((call) => name.test(call.name) && text.test(call.text));
  const logWritten = last(/^pwrite64$/, /endpoint\.db-wal/);
  const logFlushed = last(/^f(data)?sync$/, /endpoint\.db-wal.* = 0/);
  expect(logWritten, `${told}: the log is written`).toBeGreaterThanOrEqual(0);
  expect(logFlushed, `${told}: the log is flushed before the answer`).toBeGreaterThan(logWritten);
  if (!isLarge) return;
  const steps = [
    first(/^fdatasync$/, /blobs\/staging.* = 0/),
    first(/^rename/, /blobs\/staging.*blobs\/content.* = 0/),
    first(/^fsync$/, /blobs\/content\/\d+\/[0-9a-f]{2}>.* = 0/),
  ];
  expect(Math.min(...steps), `${told}: ${steps}`).toBeGreaterThanOrEqual(0);
  expect(
    [...steps].sort((a, b) => a - b),
    told,
  ).toEqual(steps);
  const committed = calls.findIndex(
    ({ name, text }, index) =>
      index > (steps[2] ?? 0) && name === "pwrite64" && text.includes("endpoint.db-wal"),
  );
  expect(committed, `${told}: the log is written after that`).toBeGreaterThan(steps[2] ?? 0);
}

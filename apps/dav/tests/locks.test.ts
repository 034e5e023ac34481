import { fakeClock } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { mapConcurrently } from "../src/admin/map-concurrently.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { deviceOf, lock, lockBody, tagged, to } from "./lock-client.ts";

async function withTree(): Promise<TestServer> {
  const dav = await startTestServer();
  for (const path of ["c", "c/d", "e"]) await dav.request("MKCOL", path);
  for (const path of ["f", "c/1", "c/d/2"]) await dav.request("PUT", path, { body: path });
  return dav;
}

const discovery = '<D:propfind xmlns:D="DAV:"><D:prop><D:lockdiscovery/></D:prop></D:propfind>';

async function tokensAt(dav: TestServer, path: string, depth = "0"): Promise<string[]> {
  const answer = await dav.request("PROPFIND", path, { body: discovery, headers: { Depth: depth } });
  expect(answer.status).toBe(207);
  return [...(await answer.text()).matchAll(/<D:locktoken><D:href>([^<]*)</g)].map(([, token = ""]) => token);
}

describe("taking locks", () => {
  it("[DL1] a lock is answered with its token, shown with all it says, and kept over a restart", async () => {
    await using dav = await withTree();
    const owner = '<D:owner>me &amp; <x:mail xmlns:x="urn:x">a@b</x:mail></D:owner>';
    const answer = await dav.request("LOCK", "c", {
      body: lockBody("exclusive", owner),
      headers: { Timeout: "Second-600" },
    });
    expect(answer.status).toBe(200);
    const token = answer.headers.get("lock-token")?.slice(1, -1) ?? "";
    expect(token).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const shown = new RegExp(
      [
        "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:exclusive/></D:lockscope>",
        '<D:depth>infinity</D:depth><D:owner xmlns:D="DAV:">me &amp; <x:mail xmlns:x="urn:x">a@b</x:mail></D:owner>',
        `<D:timeout>Second-(\\d+)</D:timeout><D:locktoken><D:href>${token}</D:href></D:locktoken>`,
        "<D:lockroot><D:href>/dav/apps/test/c/</D:href></D:lockroot></D:activelock>",
      ].join(""),
    );
    expect(await answer.text()).toMatch(shown);
    await dav.restart();
    const found = await dav.request("PROPFIND", "c/d/2", { headers: { Depth: "0" } });
    const text = await found.text();
    expect(text).toMatch(shown);
    expect(Number(shown.exec(text)?.[1])).toBeLessThanOrEqual(600);
    expect(text).toContain("<D:supportedlock><D:lockentry>");
    expect(await tokensAt(dav, "f")).toEqual([]);
    expect(await tokensAt(dav, "", "infinity")).toEqual(Array.from({ length: 4 }, () => token));
    expect((await dav.request("PUT", "c/d/2", { body: "x" })).status).toBe(423);
  });

  it("[DL2] a lock on an address with nothing there makes an empty file, which stays", async () => {
    await using dav = await withTree();
    const answer = await dav.request("LOCK", "c/new", { body: lockBody("exclusive") });
    expect(answer.status).toBe(201);
    const token = answer.headers.get("lock-token") ?? "";
    expect(await (await dav.request("GET", "c/new")).text()).toBe("");
    expect((await dav.request("UNLOCK", "c/new", { headers: { "Lock-Token": token } })).status).toBe(204);
    expect((await dav.request("HEAD", "c/new")).headers.get("content-length")).toBe("0");
    const status = async (path: string) =>
      (await dav.request("LOCK", path, { body: lockBody("exclusive") })).status;
    expect(await status("none/new")).toBe(409);
    expect(await status("f/below")).toBe(409);
    expect(await status("c/slash/")).toBe(409);
    await lock(dav.request, "c");
    expect(await status("c/other")).toBe(423);
    expect((await dav.request("GET", "c/other")).status).toBe(404);
  });

  it.each([
    ["exclusive", "exclusive", 423],
    ["exclusive", "shared", 423],
    ["shared", "exclusive", 423],
    ["shared", "shared", 200],
  ] as const)("[DL3] a lock that is %s and another that is %s: %i", async (first, second, status) => {
    await using dav = await withTree();
    const device = await deviceOf(dav);
    for (const [one, other] of [
      ["f", "f"],
      ["c", "c"],
      ["c", "c/d/2"],
      ["c/d/2", "c"],
    ] as const) {
      const token = await lock(dav.request, one, { scope: first });
      const answer = await device("LOCK", other, { body: lockBody(second) });
      expect(answer.status).toBe(status);
      if (status === 423) {
        const href = one.startsWith("c") && one !== "c/d/2" ? `${one}/` : one;
        expect(await answer.text()).toContain(
          `<D:error xmlns:D="DAV:"><D:no-conflicting-lock><D:href>/dav/apps/test/${href}</D:href></D:no-conflicting-lock></D:error>`,
        );
      } else {
        const theirs = answer.headers.get("lock-token") ?? "";
        expect((await device("UNLOCK", other, { headers: { "Lock-Token": theirs } })).status).toBe(204);
      }
      await dav.request("UNLOCK", one, { headers: { "Lock-Token": `<${token}>` } });
    }
  });

  it("[DL3] a lock of depth 0 on a collection leaves its members to others", async () => {
    await using dav = await withTree();
    await lock(dav.request, "c", { depth: "0" });
    await lock(dav.request, "c/d/2");
    expect((await dav.request("LOCK", "c", { body: lockBody("shared") })).status).toBe(423);
  });

  it("[DL4] a refresh gives a new term, from any address the lock holds for", async () => {
    const clock = fakeClock();
    await using dav = await startTestServer({ parts: { clock } });
    await dav.request("MKCOL", "c");
    await dav.request("PUT", "c/f", { body: "f" });
    const left = async () => {
      const answer = await dav.request("PROPFIND", "c/f", { body: discovery, headers: { Depth: "0" } });
      return Number(/Second-(\d+)/.exec(await answer.text())?.[1] ?? 0);
    };
    const first = await dav.request("LOCK", "c", {
      body: lockBody("exclusive"),
      headers: { Timeout: "Second-60" },
    });
    const If = `(${first.headers.get("lock-token")})`;
    expect(await left()).toBe(60);
    await clock.advance(50_000);
    expect(await left()).toBe(10);
    const refresh = (path: string, headers: Record<string, string>) => dav.request("LOCK", path, { headers });
    const answer = await refresh("c/f", { If, Timeout: "Infinite, Second-4100000000" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("lock-token")).toBeNull();
    expect(await answer.text()).toContain("<D:timeout>Second-86400</D:timeout>");
    for (const [timeout, seconds] of [
      ["Second-99999999999999999999", 86_400],
      ["Second-0", 1],
      ["Extend, Second-120", 120],
      ["nonsense", 3_600],
      ["", 3_600],
    ] as const) {
      expect((await refresh("c", { If, Timeout: timeout })).status).toBe(200);
      expect(await left()).toBe(seconds);
    }
    expect((await refresh("c", {})).status).toBe(400);
    expect((await refresh("c", { If: "(<urn:uuid:other>)" })).status).toBe(412);
    expect((await refresh("c", { If: "(Not <DAV:no-lock>)" })).status).toBe(412);
    const device = await deviceOf(dav, clock.nowMs());
    expect((await device("LOCK", "c", { headers: { If } })).status).toBe(412);
  });

  it("[DL5] a lock that has run out holds nothing and is forgotten", async () => {
    const clock = fakeClock();
    await using dav = await startTestServer({ parts: { clock } });
    await dav.request("PUT", "f", { body: "f" });
    const answer = await dav.request("LOCK", "f", {
      body: lockBody("exclusive"),
      headers: { Timeout: "Second-60" },
    });
    const If = `(${answer.headers.get("lock-token")})`;
    expect((await dav.request("PUT", "f", { body: "x" })).status).toBe(423);
    await clock.advance(60_000);
    expect(await tokensAt(dav, "f")).toEqual([]);
    expect((await dav.request("PUT", "f", { body: "x", headers: { If } })).status).toBe(412);
    expect((await dav.request("LOCK", "f", { headers: { If } })).status).toBe(412);
    expect((await dav.request("PUT", "f", { body: "x" })).status).toBe(204);
    await lock(dav.request, "f");
  });

  it("[DL6] an owner has 1,000 locks at most, and 32 shared ones reach one place", async () => {
    await using dav = await withTree();
    const take = async (path: string) =>
      (await dav.request("LOCK", path, { body: lockBody("shared") })).status;
    for (let count = 0; count < 32; count += 1) expect(await take("c")).toBe(200);
    expect(await take("c/d/2")).toBe(507);
    expect(await take("c")).toBe(507);
    const all: number[] = [];
    const rest = Array.from({ length: 969 }, (_, index) => `e/${index}`);
    // On a few connections: of 969, the first would idle until the server lets go of it, when the machine is busy.
    await mapConcurrently(rest, 24, async (path) => void all.push(await take(path)));
    expect(all.filter((one) => one === 201)).toHaveLength(968);
    expect(all.filter((one) => one === 507)).toHaveLength(1);
    expect((await dav.request("DELETE", "e")).status).toBe(423);
  });
});

describe("ending locks", () => {
  it("[DL7] UNLOCK is for the lock's principal and for the owner's key, at an address the lock holds for", async () => {
    await using dav = await withTree();
    const device = await deviceOf(dav);
    const other = await deviceOf(dav);
    const token = await lock(device, "c");
    const unlock = async (send: typeof device, path: string, value: string | null) =>
      (await send("UNLOCK", path, value === null ? {} : { headers: { "Lock-Token": value } })).status;
    expect(await unlock(device, "c", null)).toBe(400);
    expect(await unlock(device, "c", `<${token}`)).toBe(400);
    expect(await unlock(device, "c", "<a> <b>")).toBe(400);
    expect(await unlock(device, "c", "<urn:uuid:other>")).toBe(409);
    expect(await unlock(device, "f", `<${token}>`)).toBe(409);
    expect(await unlock(device, "none", `<${token}>`)).toBe(409);
    expect(await unlock(other, "c", `<${token}>`)).toBe(403);
    expect(await tokensAt(dav, "c")).toEqual([token]);
    expect(await unlock(device, "c/d/2", `<${token}>`)).toBe(204);
    expect(await tokensAt(dav, "c")).toEqual([]);
    const again = await lock(device, "c");
    // In brackets, or bare as the npm `webdav` client sends it.
    expect(await unlock(dav.request, "c", again)).toBe(204);
  });

  it("[DL8] a lock ends with its resource, stays behind at a move, is not copied, and stays where something is replaced", async () => {
    await using dav = await withTree();
    const token = await lock(dav.request, "c/d");
    const If = tagged("c/d/", token);
    expect((await dav.request("COPY", "c", { headers: to("copied") })).status).toBe(201);
    expect(await tokensAt(dav, "copied", "infinity")).toEqual([]);
    expect((await dav.request("MOVE", "c", { headers: { ...to("m"), If } })).status).toBe(201);
    expect(await tokensAt(dav, "", "infinity")).toEqual([]);
    const second = await lock(dav.request, "m/d/2");
    const held = tagged("m/d/2", second);
    for (const method of ["COPY", "MOVE"]) {
      await dav.request("PUT", "fresh", { body: method });
      const init = { headers: { ...to("m/d/2"), If: held } };
      expect((await dav.request(method, "fresh", init)).status).toBe(204);
      expect(await tokensAt(dav, "m/d/2")).toEqual([second]);
      expect(await (await dav.request("GET", "m/d/2")).text()).toBe(method);
    }
    expect((await dav.request("DELETE", "m", { headers: { If: held } })).status).toBe(204);
    await dav.request("MKCOL", "m");
    expect(await tokensAt(dav, "", "infinity")).toEqual([]);
  });
});

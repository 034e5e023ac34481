import { seededRandom } from "@relite/core/testing";
import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { createSyncClient, listing, sync } from "./sync-client.ts";

const to = (path: string, more: Record<string, string> = {}) => ({
  headers: { Destination: `/dav/apps/test/${path}`, ...more },
});

async function withTree(): Promise<TestServer> {
  const dav = await startTestServer();
  for (const path of ["c", "c/d", "e"]) await dav.request("MKCOL", path);
  for (const path of ["f", "c/1", "c/d/2"]) await dav.request("PUT", path, { body: path });
  return dav;
}

describe("sync-collection", () => {
  it("[SY1] first everything, then what changed: written, copied and moved as trees, gone, properties", async () => {
    await using dav = await withTree();
    const first = await sync(dav, "");
    expect(first.status).toBe(207);
    expect(first.changes).toEqual(await listing(dav));
    expect((await sync(dav, first.token)).changes).toEqual(new Map());
    expect((await sync(dav, first.token)).token).toBe(first.token);
    await dav.request("PUT", "c/1", { body: "changed" });
    await dav.request("PUT", "c/new", { body: "new" });
    await dav.request("DELETE", "f");
    const now = await listing(dav);
    const second = await sync(dav, first.token);
    expect(second.changes).toEqual(
      new Map([
        ["f", null],
        ["c/1", now.get("c/1") ?? ""],
        ["c/new", now.get("c/new") ?? ""],
      ]),
    );
    await dav.request("COPY", "c", to("e/copy"));
    await dav.request("MOVE", "c/d", to("d"));
    const body =
      '<propertyupdate xmlns="DAV:"><set><prop><displayname>E</displayname></prop></set></propertyupdate>';
    await dav.request("PROPPATCH", "e", { body });
    const third = await sync(dav, second.token);
    expect([...third.changes.keys()].sort()).toEqual(
      ["c/d", "d", "d/2", "e", "e/copy", "e/copy/1", "e/copy/d", "e/copy/d/2", "e/copy/new"].sort(),
    );
    expect(third.changes.get("c/d")).toBeNull();
    await dav.restart();
    expect((await sync(dav, third.token)).changes).toEqual(new Map());
    const both = await sync(dav, first.token);
    expect(both.token).toBe(third.token);
  });

  it("[SY2] level 1 knows the members alone; the token is a property of the collection", async () => {
    await using dav = await withTree();
    const body = '<propfind xmlns="DAV:"><prop><sync-token/><supported-report-set/></prop></propfind>';
    const properties = await (await dav.request("PROPFIND", "c", { body, headers: { Depth: "0" } })).text();
    expect(properties).toContain("<D:report><D:sync-collection/></D:report>");
    const token = /<D:sync-token>([^<]+)</.exec(properties)?.[1] ?? "";
    expect([...(await sync(dav, "", { path: "c", level: "1" })).changes.keys()]).toEqual(["c/1", "c/d"]);
    expect((await sync(dav, token, { path: "c", level: "1" })).changes.size).toBe(0);
    await dav.request("PUT", "c/d/2", { body: "changed" });
    await dav.request("DELETE", "c/1");
    await dav.request("PUT", "f", { body: "outside" });
    const answer = await sync(dav, token, { path: "c", level: "1" });
    expect(answer.changes).toEqual(new Map([["c/1", null]]));
    expect([...(await sync(dav, token, { path: "c" })).changes.keys()].sort()).toEqual(["c/1", "c/d/2"]);
  });

  it("[SY3] a limit parts the answer; each part has a token to go on from", async () => {
    await using dav = await startTestServer();
    const read = async (from: string, limit: number) => {
      const seen: string[] = [];
      let at = from;
      for (let more = true; more; ) {
        const part = await sync(dav, at, { limit });
        expect(part.status).toBe(207);
        expect(part.changes.size).toBeLessThanOrEqual(limit);
        seen.push(...part.changes.keys());
        at = part.token;
        more = part.isTruncated;
      }
      return { seen, token: at };
    };
    for (const path of ["a", "a/b", "c"]) await dav.request("MKCOL", path);
    for (const path of ["a/1", "a/b/1", "a/b/2", "c/1", "z"]) await dav.request("PUT", path, { body: path });
    const all = ["a", "a/1", "a/b", "a/b/1", "a/b/2", "c", "c/1", "z"];
    for (const limit of [1, 3, 7, 8, 100]) expect((await read("", limit)).seen).toEqual(all);
    const { token } = await read("", 3);
    for (const path of ["z", "a/1", "c/1"]) await dav.request("PUT", path, { body: `${path} again` });
    expect((await read(token, 2)).seen).toEqual(["z", "a/1", "c/1"]);
    await dav.request("COPY", "a", to("copy"));
    const tooMany = await sync(dav, token, { limit: 3 });
    expect(tooMany.isTruncated).toBe(true);
    const refused = await sync(dav, tooMany.token, { limit: 3 });
    expect(refused.status).toBe(507);
    expect(refused.text).toContain("number-of-matches-within-limits");
  });

  it("[SY4] a token that does not hold is 403 valid-sync-token: of another collection, of the future, a replaced collection's", async () => {
    await using dav = await withTree();
    const { token } = await sync(dav, "");
    const refused = async (text: string, path = "") => {
      const answer = await sync(dav, text, { path });
      expect(answer.status).toBe(403);
      expect(answer.text).toContain("<D:valid-sync-token>");
    };
    await refused(token, "c");
    await refused("urn:other");
    await refused(token.replace(/\d+$/, "999999"));
    await refused(`${token}:bm8`);
    await refused(`${token}:WzFd`);
    await dav.request("DELETE", "c");
    expect((await sync(dav, token)).changes).toEqual(new Map([["c", null]]));
    await dav.request("MKCOL", "c");
    await refused(token);
    expect((await sync(dav, token, { level: "1" })).changes).toEqual(new Map([["c", "collection"]]));
  });

  it.each([
    ["nothing", "", 400],
    ["another report", '<expand-property xmlns="DAV:"/>', 403],
    [
      "no token element",
      '<sync-collection xmlns="DAV:"><sync-level>1</sync-level><prop/></sync-collection>',
      400,
    ],
    [
      "another level",
      '<sync-collection xmlns="DAV:"><sync-token/><sync-level>2</sync-level></sync-collection>',
      400,
    ],
    [
      "a limit of nothing",
      '<sync-collection xmlns="DAV:"><sync-token/><limit><nresults>0</nresults></limit></sync-collection>',
      400,
    ],
    ["a DOCTYPE", "<!DOCTYPE a><sync-collection/>", 400],
  ])("[SY5] refuses a report with %s", async (_name, body, status) => {
    await using dav = await withTree();
    expect((await dav.request("REPORT", "", { body })).status).toBe(status);
    expect((await dav.request("REPORT", "f", { body })).status).toBe(status);
    expect((await dav.request("PROPFIND", "", { headers: { Depth: "0" } })).status).toBe(207);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "[SY6] a client that only reads reports knows the tree, seed %i",
    async (seed) => {
      await using dav = await startTestServer();
      const random = seededRandom(seed);
      const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
      const names = ["a", "b", "c"];
      const path = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(names)).join("/");
      const clients = [
        createSyncClient(dav, () => undefined),
        createSyncClient(dav, () => pick([2, 5, 100])),
      ];
      const steps = [
        () => dav.request("PUT", path(), { body: String(random()) }),
        () => dav.request("PUT", path(), { body: String(random()) }),
        () => dav.request("MKCOL", path()),
        () => dav.request("MKCOL", path()),
        () => dav.request("DELETE", path()),
        () => dav.request("MOVE", path(), to(path())),
        () => dav.request("COPY", path(), to(path())),
      ];
      for (let round = 0; round < 25; round += 1) {
        for (let step = 0; step < 1 + random() * 6; step += 1) await pick(steps)();
        for (const client of clients) {
          if (random() < 0.3) continue;
          await client.catchUp();
          expect(client.known).toEqual(await listing(dav));
        }
      }
    },
  );
});

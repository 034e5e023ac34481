import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { deviceOf, lock, tagged, to } from "./lock-client.ts";

async function withTree(): Promise<TestServer> {
  const dav = await startTestServer();
  for (const path of ["c", "c/d", "e"]) await dav.request("MKCOL", path);
  for (const path of ["f", "c/1", "c/d/2"]) await dav.request("PUT", path, { body: path });
  return dav;
}

const patch = '<propertyupdate xmlns="DAV:"><set><prop><a xmlns="urn:a"/></prop></set></propertyupdate>';

interface Write {
  readonly method: string;
  readonly path: string;
  readonly destination?: string;
  readonly body?: string;
  /** The answer once the token is given. */
  readonly done: number;
}

const onFile: readonly Write[] = [
  { method: "PUT", path: "c/1", body: "x", done: 204 },
  { method: "DELETE", path: "c/1", done: 204 },
  { method: "PROPPATCH", path: "c/1", body: patch, done: 207 },
  { method: "MOVE", path: "c/1", destination: "e/moved", done: 201 },
  { method: "COPY", path: "f", destination: "c/1", done: 204 },
  { method: "MOVE", path: "f", destination: "c/1", done: 204 },
];

const onMembers: readonly Write[] = [
  { method: "PUT", path: "c/new", body: "x", done: 201 },
  { method: "MKCOL", path: "c/new", done: 201 },
  { method: "DELETE", path: "c/1", done: 204 },
  { method: "DELETE", path: "c/d", done: 204 },
  { method: "MOVE", path: "c/1", destination: "e/moved", done: 201 },
  { method: "COPY", path: "f", destination: "c/new", done: 201 },
  { method: "MOVE", path: "f", destination: "c/new", done: 201 },
  { method: "LOCK", path: "c/new", body: "lock", done: 0 },
  { method: "PROPPATCH", path: "c", body: patch, done: 207 },
  { method: "DELETE", path: "c", done: 204 },
  { method: "MOVE", path: "c", destination: "moved", done: 201 },
  { method: "COPY", path: "e", destination: "c", done: 204 },
];

const below: readonly Write[] = [
  { method: "PUT", path: "c/d/2", body: "x", done: 204 },
  { method: "PUT", path: "c/d/new", body: "x", done: 201 },
  { method: "PROPPATCH", path: "c/d", body: patch, done: 207 },
  { method: "DELETE", path: "c/d/2", done: 204 },
  { method: "MOVE", path: "c/d/2", destination: "c/d/3", done: 201 },
];

const aTreeWithIt: readonly Write[] = [
  { method: "DELETE", path: "c", done: 204 },
  { method: "DELETE", path: "c/d", done: 204 },
  { method: "MOVE", path: "c", destination: "moved", done: 201 },
  { method: "COPY", path: "e", destination: "c", done: 204 },
  { method: "MOVE", path: "e", destination: "c/d", done: 204 },
];

const rows = [
  ...onFile.map((write) => ["a locked file", "c/1", "0", write] as const),
  ...onMembers.map((write) => ["a collection locked with depth 0", "c", "0", write] as const),
  ...onMembers.map((write) => ["a collection locked with depth infinity", "c", "infinity", write] as const),
  ...below.map((write) => ["what is below a locked collection", "c", "infinity", write] as const),
  ...aTreeWithIt.map((write) => ["a tree with a locked member", "c/d/2", "0", write] as const),
].map(([what, locked, depth, write]) => {
  const where = write.destination === undefined ? write.path : `${write.path} to ${write.destination}`;
  return { title: `${what}: ${write.method} ${where}`, locked, depth, write };
});

async function listing(dav: TestServer): Promise<string> {
  const body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>';
  return (await dav.request("PROPFIND", "", { body, headers: { Depth: "infinity" } })).text();
}

describe("writes where a lock holds", () => {
  it.each(rows)("[DL9] $title takes the token", async ({ locked, depth, write }) => {
    await using dav = await withTree();
    const device = await deviceOf(dav);
    const token = await lock(device, locked, { depth });
    const { method, path, destination, body } = write;
    const send = (by: typeof device, headers: Record<string, string>) =>
      by(method, path, {
        headers: { ...(destination === undefined ? {} : to(destination)), ...headers },
        ...(body === undefined ? {} : { body: body === "lock" ? lockInfo : body }),
      });
    const before = await listing(dav);
    const refused = await send(device, {});
    expect(refused.status).toBe(423);
    const isConflict = method === "LOCK" && depth === "infinity";
    expect(await refused.text()).toMatch(
      isConflict
        ? /lock-token-submitted|no-conflicting-lock/
        : /<D:lock-token-submitted><D:href>\/dav\/apps\/test\/c/,
    );
    const isSlashed = locked === "c";
    const If = tagged(isSlashed ? "c/" : locked, token);
    // Somebody else's token opens nothing; neither does a true condition without the token.
    expect((await send(dav.request, { If })).status).toBe(423);
    expect((await send(device, { If: "(Not <DAV:no-lock>)" })).status).toBe(423);
    expect((await send(device, { If: tagged("c/", "urn:uuid:wrong") })).status).toBe(412);
    expect(await listing(dav)).toBe(before);
    const done = await send(device, { If });
    if (write.done !== 0) expect(done.status).toBe(write.done);
  });

  it("[DL9] depth 0 on a collection leaves its members' content to all", async () => {
    await using dav = await withTree();
    await lock(dav.request, "c", { depth: "0" });
    expect((await dav.request("PUT", "c/1", { body: "x" })).status).toBe(204);
    expect((await dav.request("PROPPATCH", "c/1", { body: patch })).status).toBe(207);
    expect((await dav.request("PUT", "c/d/new", { body: "x" })).status).toBe(201);
    expect((await dav.request("COPY", "f", { headers: to("c/1") })).status).toBe(204);
    expect((await dav.request("COPY", "c", { headers: to("copied") })).status).toBe(201);
    expect((await dav.request("GET", "c/1")).status).toBe(200);
  });

  it("[DL10] of several shared locks, any one token is enough, for the one who took it", async () => {
    await using dav = await withTree();
    const device = await deviceOf(dav);
    const mine = await lock(dav.request, "f", { scope: "shared" });
    const theirs = await lock(device, "f", { scope: "shared" });
    const put = async (send: typeof device, token: string) =>
      (await send("PUT", "f", { body: "x", headers: { If: `(<${token}>)` } })).status;
    expect((await dav.request("PUT", "f", { body: "x" })).status).toBe(423);
    expect(await put(dav.request, mine)).toBe(204);
    expect(await put(device, theirs)).toBe(204);
    expect(await put(device, mine)).toBe(423);
  });

  it("[DL10] a held lock of depth 0 does not open members that another's lock covers", async () => {
    await using dav = await withTree();
    const device = await deviceOf(dav);
    const mine = await lock(device, "c/d", { scope: "shared", depth: "0" });
    await lock(dav.request, "c/d", { scope: "shared" });
    const remove = async () =>
      (await device("DELETE", "c/d", { headers: { If: tagged("c/d/", mine) } })).status;
    expect(await remove()).toBe(423);
    const member = await lock(device, "c/d/2", { scope: "shared" });
    const If = `${tagged("c/d/", mine)} ${tagged("c/d/2", member)}`;
    expect((await device("DELETE", "c/d", { headers: { If } })).status).toBe(204);
  });

  it("[DL11] a tagged list names any resource the token may read, by the path grammar; two apps at once, too", async () => {
    await using dav = await withTree();
    const token = await lock(dav.request, "c");
    const put = async (If: string, path = "c/1") =>
      (await dav.request("PUT", path, { body: "x", headers: { If } })).status;
    expect(await put(`<${dav.server.url}/dav/apps/test/c/> (<${token}>)`)).toBe(204);
    expect(await put(tagged("c", token))).toBe(204);
    expect(await put(tagged("c/%64/2", token))).toBe(204);
    expect(await put(`(<${token}>)`, "c/new")).toBe(201);
    expect(await put(tagged("f", token))).toBe(412);
    expect(await put(tagged("none/at/all", token))).toBe(412);
    expect(await put(tagged("c/../f", token))).toBe(400);
    expect(await put(tagged("%", token))).toBe(400);
    expect(await put(tagged("c%2f1", token))).toBe(400);
    expect(await put(`</dav/apps/other/c> (<${token}>)`)).toBe(412);
    expect(await put(`<http://elsewhere/dav/apps/test/c> (<${token}>)`)).toBe(412);
    expect(await put(`(<${token}> ["wrong"]) (Not <DAV:no-lock>)`)).toBe(204);
    expect(await put(`(<${token}> ["wrong"]) (<DAV:no-lock>)`)).toBe(412);
  });
});

const lockInfo =
  '<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>';

import { readdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { runExport, runFsck, runGc, runImport } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { listFolder } from "../src/testing/folder-listing.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { both, keptScratch, large } from "./kept-scratch.ts";
import { killWhen } from "./kill-when.ts";

const at = keptScratch();
const argsOf = (dav: TestServer) => ["--owner", dav.owner.did, "--data", dav.folder];
const take = (dav: TestServer, folder: string) => runCommand(runExport, folder, ...argsOf(dav), ...both);
const bring = (dav: TestServer, folder: string, ...more: string[]) =>
  runCommand(runImport, folder, ...argsOf(dav), "--json", ...more);
const fsck = async (dav: TestServer) => (await runCommand(runFsck, "--data", dav.folder)).out;

/** Files with histories, a tree and files in the trash, with properties and histories of their own, two of one name. */
async function furnish(dav: TestServer): Promise<void> {
  await dav.request("MKCOL", "c");
  for (const byte of [1, 2, 3]) await dav.request("PUT", "c/l.bin", { body: large(byte) });
  for (const text of ["one", "two", "one", "two", "three"])
    await dav.request("PUT", "c/s.txt", { body: text });
  for (const text of ["first", "second"]) {
    await dav.request("PUT", "c/gone.txt", { body: text, headers: { "X-OC-Mtime": "1700000000" } });
    await dav.request("PUT", "c/gone.txt", { body: `${text}!`, headers: { "Content-Type": "text/x-odd" } });
    await dav.request("DELETE", "c/gone.txt");
  }
  for (const folder of ["d", "d/e", "d/empty"]) await dav.request("MKCOL", folder);
  for (const byte of [8, 9]) await dav.request("PUT", "d/e/in.bin", { body: large(byte) });
  const body =
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">kept</x></D:prop></D:set></D:propertyupdate>';
  await dav.request("PROPPATCH", "d/e", { body });
  await dav.request("DELETE", "d");
  const headers = { Authorization: `Bearer ${await dav.token([{ with: "app:other", can: "app/write" }])}` };
  await dav.request("PUT", "/dav/apps/other/x", { body: "x", headers });
  await dav.request("DELETE", "/dav/apps/other/x", { headers });
}

/** Everything an export holds; numbers of versions are each server's own. */
async function everything(folder: string) {
  const plain = (text: string) => text.replaceAll(/Z~\d+/g, "Z~N");
  const files = Object.entries(await listFolder(folder)).map(([path, what]) => `${plain(path)} ${what}`);
  const [, ...lines] = (await readFile(join(folder, ".relite-metadata.jsonl"), "utf8")).trim().split("\n");
  // The metadata's own hash differs with those numbers; its lines are compared.
  return [...files.filter((line) => !line.startsWith(".relite-metadata")), ...lines.map(plain)].sort();
}

describe("import of trash and versions", () => {
  it("[ST20] an export brought elsewhere and exported again is the same: places, times, who, and order", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("first"));
    await using fresh = await startTestServer();
    const end = await bring(fresh, at("first"), ...both);
    expect(end.err).toBe("");
    expect(JSON.parse(end.out)).toMatchObject({ trash: 4, versions: 9, problems: [], skipped: [] });
    await take(fresh, at("second"));
    expect(await everything(at("second"))).toEqual(await everything(at("first")));
    expect(await fsck(fresh)).toContain("clean");
    // They are what they look like: listed, and restored with their history.
    const names = await readdir(at("first/.relite-trash/test"));
    const name = names.find((one) => one.endsWith("-d")) ?? "";
    const to = { Destination: `${fresh.server.url}/dav/apps/test/back` };
    expect((await fresh.request("MOVE", `/dav/trash/test/${name}`, { headers: to })).status).toBe(201);
    expect((await (await fresh.request("GET", "back/e/in.bin")).bytes())[0]).toBe(9);
    const history = await fresh.request("PROPFIND", "/dav/versions/test/back/e/in.bin", {
      headers: { Depth: "1" },
    });
    expect((await history.text()).match(/<D:response>/g)).toHaveLength(2);
  });

  it("[ST20] run again it brings nothing, also where the endpoint has gone on; new things find names", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("again"));
    await using fresh = await startTestServer();
    await bring(fresh, at("again"), ...both);
    // Names of entries come from a counter that here is still behind.
    for (let round = 0; round < 60; round += 1) {
      await fresh.request("PUT", "c/gone.txt", { body: `${round}` });
      expect((await fresh.request("DELETE", "c/gone.txt")).status).toBe(204);
    }
    const end = await bring(fresh, at("again"), ...both);
    expect(JSON.parse(end.out)).toMatchObject({ imported: 0, trash: 0, versions: 0, problems: [] });
    expect(await fsck(fresh)).toContain("clean");
  });

  it("[ST20] without the options, and where none are kept, they stay where they are, and it says so", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("left"));
    await using fresh = await startTestServer();
    const end = await bring(fresh, at("left"));
    expect(end.err).toContain(".relite-trash stays where it is: --with-trash brings it back");
    expect(JSON.parse(end.out)).toMatchObject({ trash: 0, versions: 0 });
    const env = { DAV_DATA_DIR: fresh.folder, DAV_TRASH_KEEP: "0", DAV_VERSIONS_KEEP: "0" };
    const none: string[] = [];
    const io = { env, out: () => {}, err: (line: string) => void none.push(line) };
    await runImport([at("left"), "--owner", fresh.owner.did, ...both], io);
    expect(none.join("\n")).toContain("this endpoint keeps none");
  });

  it("[ST20] a file that is another here keeps its own history; a file that is missing brings its own", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("other"));
    await using fresh = await startTestServer();
    await fresh.request("MKCOL", "c");
    await fresh.request("PUT", "c/s.txt", { body: "mine" });
    const end = await bring(fresh, at("other"), "--with-versions");
    expect(JSON.parse(end.out)).toMatchObject({ kept: 1, versions: 2, trash: 0 });
    expect(await (await fresh.request("GET", "c/s.txt")).text()).toBe("mine");
  });

  it("[ST20] what does not fit into the quota is left out whole and named, and nothing gives way to it", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("quota"));
    await using fresh = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "250000" } });
    const end = await bring(fresh, at("quota"), ...both);
    const { problems, imported, trash } = JSON.parse(end.out);
    expect([end.code, imported, trash]).toEqual([1, 2, 3]);
    expect(problems.map(({ path }: { path: string }) => path)).toEqual([
      "test/c/l.bin",
      expect.stringMatching(/^\.relite-trash\/test\/\d+-d\/e\/in\.bin$/),
      expect.stringMatching(/^\.relite-trash\/test\/\d+-d$/),
    ]);
    expect(await fsck(fresh)).toContain("clean");
  });

  it("[ST20] follows no link, and passes over what the metadata does not explain", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await take(dav, at("odd"));
    const metadata = at("odd/.relite-metadata.jsonl");
    const text = await readFile(metadata, "utf8");
    const spoiled = text
      .replace(/("path":"c\/gone\.txt","atMs":)\d+/, "$19000000000000000")
      .replace(/"path":"c\/gone\.txt"/g, '"path":"../../x"')
      .replace(/"replaced":\{"atMs":\d+,"by":"[^"]*"/, '"replaced":{"atMs":1,"by":"</D:x>"');
    await writeFile(metadata, spoiled);
    await rename(at("odd/.relite-versions/test/c/l.bin"), at("moved"));
    await symlink(at("moved"), at("odd/.relite-versions/test/c/l.bin"));
    await using fresh = await startTestServer();
    const end = await bring(fresh, at("odd"), ...both);
    const { trash, versions, skipped } = JSON.parse(end.out);
    expect(trash).toBe(2);
    expect(versions).toBeLessThan(9);
    expect(skipped.length).toBeGreaterThanOrEqual(2);
    await unlink(at("odd/.relite-versions/test/c/l.bin"));
    await rm(at("odd/.relite-trash"), { recursive: true });
    await symlink(at(), at("odd/.relite-trash"));
    expect(JSON.parse((await bring(fresh, at("odd"), ...both)).out)).toMatchObject({ trash: 0 });
    expect(await fsck(fresh)).toContain("clean");
  });

  it("[ST20] killed at any moment, each entry is there whole or not at all, and running it again completes it", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "t");
    for (let tree = 0; tree < 6; tree += 1) {
      await dav.request("MKCOL", `t/${tree}`);
      for (let file = 0; file < 12; file += 1)
        await dav.request("PUT", `t/${tree}/${file}`, { body: large(file) });
      await dav.request("PUT", `t/${tree}/0`, { body: "new" });
      await dav.request("DELETE", `t/${tree}`);
    }
    await take(dav, at("killed"));
    await using fresh = await startTestServer();
    const db = new Database(join(fresh.folder, "dav/endpoint.db"), { readonly: true });
    const nodes = db.prepare<[], { count: number }>("SELECT count(*) AS count FROM nodes WHERE kind = 1");
    const entries = db.prepare<[], { count: number }>(
      "SELECT (SELECT count(*) FROM nodes WHERE parent = trash.node) AS count FROM trash",
    );
    const count = () => nodes.get()?.count ?? 0;
    let wasRunning = 0;
    for (const more of [5, 17, 20]) {
      const goal = count() + more;
      const args = ["import", at("killed"), ...argsOf(fresh), ...both];
      if (await killWhen(args, async () => count() >= goal)) wasRunning += 1;
      expect(await fsck(fresh)).toContain("clean");
      for (const entry of entries.all()) expect(entry.count).toBe(12);
    }
    db.close();
    expect(wasRunning).toBeGreaterThan(0);
    expect((await bring(fresh, at("killed"), ...both)).code).toBe(0);
    expect((await runCommand(runGc, "--data", fresh.folder)).code).toBe(0);
    await take(fresh, at("after"));
    expect(await everything(at("after"))).toEqual(await everything(at("killed")));
    expect(await fsck(fresh)).toContain("clean");
  });
});

import { access, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runExport } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { listFolder } from "../src/testing/folder-listing.ts";
import { runCommand } from "../src/testing/run-command.ts";
import { both, keptScratch, large } from "./kept-scratch.ts";

const at = keptScratch();

async function furnish(dav: TestServer): Promise<void> {
  await dav.request("MKCOL", "c");
  for (const byte of [1, 2, 3]) await dav.request("PUT", "c/l.bin", { body: large(byte) });
  for (const text of ["one", "two"]) await dav.request("PUT", "c/s.txt", { body: text });
  await dav.request("PUT", "c/gone.txt", { body: "first" });
  await dav.request("PUT", "c/gone.txt", { body: "second", headers: { "Content-Type": "text/x-odd" } });
  await dav.request("DELETE", "c/gone.txt");
  await dav.request("MKCOL", "d");
  await dav.request("PUT", "d/in.bin", { body: large(9) });
  await dav.request("DELETE", "d");
  const token = await dav.token([{ with: "app:other", can: "app/write" }]);
  const headers = { Authorization: `Bearer ${token}` };
  await dav.request("PUT", "/dav/apps/other/x", { body: "x", headers });
  await dav.request("DELETE", "/dav/apps/other/x", { headers });
}

const run = (dav: TestServer, folder: string, ...more: string[]) =>
  runCommand(runExport, folder, "--owner", dav.owner.did, "--data", dav.folder, ...more);
const files = async (folder: string) => {
  const names = await readdir(folder, { recursive: true });
  const kept = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).isFile()));
  return names.filter((_, index) => kept[index]).sort();
};
const metadata = async (folder: string): Promise<readonly Record<string, never>[]> =>
  (await readFile(join(folder, ".relite-metadata.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));

describe("export with trash and versions", () => {
  it("[ST19] brings what was deleted and what files held before, and says where it was and when", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    expect(await run(dav, at("all"), ...both)).toMatchObject({ code: 0, err: "" });
    const inTrash = await files(at("all/.relite-trash/test"));
    expect(inTrash).toHaveLength(2);
    const text = inTrash.find((name) => name.endsWith("gone.txt")) ?? "";
    expect(await readFile(at("all/.relite-trash/test", text), "utf8")).toBe("second");
    const bytes = inTrash.find((name) => name.endsWith("in.bin")) ?? "";
    expect((await readFile(at("all/.relite-trash/test", bytes))).equals(large(9))).toBe(true);
    expect(await files(at("all/.relite-trash/other"))).toHaveLength(1);
    const old = await files(at("all/.relite-versions/test/c/l.bin"));
    expect(old.map((name) => name.replace(/~\d+/, "~"))).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z~\.bin$/),
      expect.stringMatching(/~\.bin$/),
    ]);
    const held = await Promise.all(
      old.map((name) => readFile(at("all/.relite-versions/test/c/l.bin", name))),
    );
    expect(held.map((content) => [...new Set(content)])).toEqual([[1], [2]]);
    const [ofGone = ""] = await files(at("all/.relite-versions/.relite-trash/test", text));
    expect(await readFile(at("all/.relite-versions/.relite-trash/test", text, ofGone), "utf8")).toBe("first");
    const entries = await metadata(at("all"));
    const entry = (path: string) => entries.find((one) => String(one.path) === path);
    expect(entry(`.relite-trash/test/${text}`)).toMatchObject({
      type: "text/x-odd",
      deleted: { path: "c/gone.txt", by: dav.owner.did },
    });
    expect(entry(`.relite-versions/test/c/l.bin/${old[0]}`)).toMatchObject({
      replaced: { by: dav.owner.did },
    });
  });

  it("[ST19] run again it is the same; without the options, or for one app, the rest of it stays", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await run(dav, at("again"), ...both);
    const [before, told] = [await listFolder(at("again")), await metadata(at("again"))];
    const end = await run(dav, at("again"), ...both, "--json");
    expect(JSON.parse(end.out)).toMatchObject({ files: 0, problems: [] });
    expect(await listFolder(at("again"))).toEqual(before);
    expect((await run(dav, at("again"))).code).toBe(0);
    expect((await run(dav, at("again"), "--app", "test", ...both)).code).toBe(0);
    expect(await metadata(at("again"))).toEqual(expect.arrayContaining([...told]));
    expect(await metadata(at("again"))).toHaveLength(told.length);
    expect((await run(dav, at("plain"))).code).toBe(0);
    expect((await readdir(at("plain"))).sort()).toEqual([".relite-metadata.jsonl", "other", "test"]);
  });

  it("[ST19] follows no link on its way to them, and names what is in the way", async () => {
    await using dav = await startTestServer();
    await furnish(dav);
    await run(dav, at("linked"));
    await symlink(at(), at("linked/.relite-trash"));
    const end = await run(dav, at("linked"), ...both);
    expect([end.code, end.err]).toEqual([
      1,
      expect.stringContaining("a link is in its place; it was left alone"),
    ]);
    await expect(access(at("test"))).rejects.toThrow();
    expect((await files(at("linked/.relite-versions/test/c/s.txt"))).length).toBe(1);
  });
});

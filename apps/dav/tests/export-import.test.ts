import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPathSegment } from "@relite/core/ucan";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createExport } from "../src/admin/export/run-export.ts";
import { createTargetFiles } from "../src/admin/export/target-files.ts";
import { runExport, runFsck, runImport } from "../src/admin/index.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { listFolder } from "../src/testing/folder-listing.ts";
import { runCommand, runCommandWith } from "../src/testing/run-command.ts";

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "relite-trees-"));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const at = (...names: string[]) => join(scratch, ...names);

function tools(dav: TestServer) {
  const common = ["--owner", dav.owner.did, "--data", dav.folder];
  return {
    export: (folder: string, ...more: string[]) => runCommand(runExport, folder, ...common, ...more),
    import: (folder: string, ...more: string[]) => runCommand(runImport, folder, ...common, ...more),
    fsck: () => runCommand(runFsck, "--data", dav.folder),
  };
}

const awkward = [
  "plain.txt",
  "with space",
  " leading and trailing ",
  "ünïcödé",
  "日本語.txt",
  "😀🎉",
  "a'b\"c",
  "100%",
  "a?b#c&d",
  "co:lon*star<>|",
  "CON",
  "dot.",
  ".hidden",
  "-dash",
  "$HOME;`x`",
  "Readme",
  "readme",
  `${"ä".repeat(120)}.txt`,
  "~tilde~",
  "%2e%2e",
  "e\u0301".normalize("NFC"),
];

async function fill(dav: TestServer): Promise<void> {
  const put = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) => {
    const answer = await dav.request("PUT", path, { body, headers });
    expect([path, answer.status]).toEqual([path, 201]);
  };
  await dav.request("MKCOL", "names");
  for (const [index, name] of awkward.entries()) {
    await put(`names/${encodeURIComponent(name)}`, name, { "X-OC-Mtime": String(1_000_000_000 + index) });
  }
  for (const path of ["empty", "deep", "deep/er", "deep/er/empty", "names/folder%20%3A%3F"]) {
    await dav.request("MKCOL", path);
  }
  await put("names/folder%20%3A%3F/in%20it", "x");
  await put("nothing", "");
  await put("typed", "t", { "Content-Type": "text/x-mine; charset=utf-8" });
  await put("large", new Uint8Array(3_000_000).fill(5), { "X-OC-Mtime": "-86400" });
  const patch = `<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x&amp;y"><D:set><D:prop>
    <x:note xml:lang="de">ä <b xmlns="">&lt;</b></x:note><x:other/></D:prop></D:set></D:propertyupdate>`;
  for (const path of ["typed", "deep"]) await dav.request("PROPPATCH", path, { body: patch });
}

async function propertiesOf(dav: TestServer): Promise<string> {
  const answer = await dav.request("PROPFIND", "", { headers: { Depth: "infinity" } });
  // ETags of collections and creation dates belong to the server.
  return (await answer.text())
    .replaceAll(/<D:getetag>"c[^<]*<\/D:getetag>/g, "")
    .replaceAll(/<D:creationdate>[^<]*<\/D:creationdate>/g, "");
}

describe("export and import", () => {
  it("[ST8] an export, imported elsewhere and exported again, is the same: names, times, types, properties", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    await fill(one);
    await one.request("PUT", "deep/far", { body: "y", headers: { "X-OC-Mtime": "99999999999" } });
    const first = await tools(one).export(at("first"), "--json");
    expect(first.code).toBe(0);
    // Not every file system can hold the year 5138.
    expect(
      first.err.replace("test/deep/far: the file system cannot hold its time; the metadata has it\n", ""),
    ).toBe("");
    expect(JSON.parse(first.out)).toMatchObject({ unchanged: 0, problems: [], renamed: [] });
    const imported = await tools(two).import(at("first"), "--json");
    expect(imported).toMatchObject({ code: 0, err: "" });
    expect((await tools(two).export(at("second"))).code).toBe(0);
    const listed = await listFolder(at("first"));
    expect(Object.keys(listed).length).toBeGreaterThan(30);
    expect(await listFolder(at("second"))).toEqual(listed);
    expect(await propertiesOf(two)).toBe(await propertiesOf(one));
    const lines = async (name: string) =>
      (await readFile(at(name, ".relite-metadata.jsonl"), "utf8")).split("\n").sort();
    expect(await lines("second")).toEqual(await lines("first"));
    for (const dav of [one, two]) expect((await tools(dav).fsck()).code).toBe(0);
  });

  it("[ST9] run again, both do only what is missing, and nothing changes at all when nothing is", async () => {
    await using dav = await startTestServer();
    await fill(dav);
    const tool = tools(dav);
    const folder = at("again");
    const whole = JSON.parse((await tool.export(folder, "--json")).out);
    const listed = await listFolder(folder);
    expect(JSON.parse((await tool.export(folder, "--json")).out)).toMatchObject({
      files: 0,
      unchanged: whole.files,
    });
    expect(await listFolder(folder)).toEqual(listed);
    const before = await propertiesOf(dav);
    expect(JSON.parse((await tool.import(folder, "--json")).out)).toMatchObject({
      imported: 0,
      replaced: 0,
      unchanged: whole.files,
      folders: 0,
    });
    expect(await propertiesOf(dav)).toBe(before);
    // Same size and time, other bytes: only a checksum tells.
    const file = join(folder, "test/large");
    const { mtime } = await stat(file);
    await writeFile(file, Buffer.alloc(3_000_000, 6));
    await utimes(file, mtime, mtime);
    await rm(join(folder, "test/nothing"));
    expect(JSON.parse((await tool.export(folder, "--json")).out)).toMatchObject({ files: 1 });
    expect(JSON.parse((await tool.export(folder, "--json", "--checksum")).out)).toMatchObject({ files: 1 });
    expect(await listFolder(folder)).toEqual(listed);
    // An app by itself leaves what the metadata says of others.
    const metadata = join(folder, ".relite-metadata.jsonl");
    await writeFile(metadata, `${await readFile(metadata, "utf8")}{"path":"other/f","type":"a/b"}\n`);
    await tool.export(folder, "--app", "test");
    expect(await readFile(metadata, "utf8")).toContain('{"path":"other/f","type":"a/b"}');
  });

  it("[ST8] random trees come back as they were", async () => {
    await using dav = await startTestServer();
    const name = fc
      .oneof(
        fc.constantFrom(...awkward),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map((text) => text.normalize("NFC")),
      )
      .filter(isPathSegment);
    const file = fc.record({
      bytes: fc.uint8Array({ maxLength: 100 }),
      modifiedMs: fc.integer({ min: -1e12, max: 4e12 }),
    });
    const { folder } = fc.letrec((tie) => ({
      folder: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, file, tie("folder")), { maxKeys: 5 }),
    }));
    interface Tree {
      readonly [name: string]: Tree | { bytes: Uint8Array; modifiedMs: number };
    }
    const write = async (path: string, tree: Tree) => {
      await mkdir(path);
      for (const [one, inside] of Object.entries(tree)) {
        if (!(inside.bytes instanceof Uint8Array)) await write(join(path, one), inside as Tree);
        else {
          await writeFile(join(path, one), inside.bytes);
          const time = new Date(Number(inside.modifiedMs));
          await utimes(join(path, one), time, time);
        }
      }
    };
    let round = 0;
    await fc.assert(
      fc.asyncProperty(folder, async (tree) => {
        round += 1;
        const [from, to] = [at(`tree${round}`), at(`back${round}`)];
        await write(from, tree as Tree);
        const tool = tools(dav);
        expect(await tool.import(from, "--app", `a${round}`)).toMatchObject({ code: 0, err: "" });
        expect(await tool.export(to, "--app", `a${round}`)).toMatchObject({ code: 0, err: "" });
        expect(await listFolder(join(to, `a${round}`))).toEqual(await listFolder(from));
      }),
      { numRuns: 12, seed: 8 },
    );
    expect((await tools(dav).fsck()).code).toBe(0);
  });

  it("[ST10] an export shows one moment, while writers go on", async () => {
    await using dav = await startTestServer();
    const pairs = 6;
    let isOver = false;
    const write = async (pair: number) => {
      for (let count = 1; !isOver; count += 1) {
        // Of every pair the first is never behind the second, nor more than one ahead; small and large alternate.
        for (const which of ["a", "b"]) {
          const body = `${count} `.padEnd(pair % 2 === 0 ? 50 : 80_000, "x");
          const answer = await dav.request("PUT", `${which}${pair}`, { body });
          expect(answer.status).toBeLessThan(300);
        }
      }
    };
    const writers = Promise.all(Array.from({ length: pairs }, (_, pair) => write(pair)));
    for (let round = 0; round < 4; round += 1) {
      expect(await tools(dav).export(at(`moment${round}`))).toMatchObject({ code: 0, err: "" });
      for (let pair = 0; pair < pairs; pair += 1) {
        const read = async (which: string) =>
          Number(
            (await readFile(at(`moment${round}`, "test", `${which}${pair}`), "utf8").catch(() => "0 ")).split(
              " ",
            )[0],
          );
        const ahead = (await read("a")) - (await read("b"));
        expect([0, 1]).toContain(ahead);
      }
    }
    isOver = true;
    await writers;
  });

  it("[ST11] links are never followed, on either side; what is no file is left out; names are told", async () => {
    await using dav = await startTestServer();
    const source = at("odd");
    await mkdir(join(source, "sub"), { recursive: true });
    await writeFile(at("secret"), "secret");
    await mkdir(at("elsewhere"));
    await symlink(at("secret"), join(source, "link"));
    await symlink(at("elsewhere"), join(source, "folder-link"));
    await symlink(source, join(source, "sub", "loop"));
    const socket = createServer().listen(join(source, "socket"));
    await once(socket, "listening");
    await writeFile(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x66, 0xff])]), "not UTF-8");
    await writeFile(join(source, "back\\slash"), "x");
    await writeFile(join(source, "e\u0301"), "decomposed");
    await writeFile(join(source, "\u00e9"), "composed");
    await writeFile(join(source, "good"), "good");
    const { code, out, err } = await tools(dav).import(source, "--app", "test", "--json");
    expect(code).toBe(1);
    socket.close();
    const told = JSON.parse(out);
    expect(told).toMatchObject({ imported: 2 });
    const pathsOf = (list: { path: string }[]) => list.map(({ path }) => path).sort();
    expect(pathsOf(told.skipped)).toEqual(["folder-link", "link", "socket", "sub/loop"]);
    expect(pathsOf(told.problems)).toEqual(["back\\slash", "f\xff", "\u00e9"].sort());
    expect(err.trim().split("\n")).toHaveLength(7);
    // The target of an export may hold links, too.
    const target = at("target");
    await mkdir(join(target, "test"), { recursive: true });
    await symlink(at("elsewhere"), join(target, "test/sub"));
    await symlink(at("secret"), join(target, "test/good"));
    const exported = await tools(dav).export(target, "--json");
    expect(exported.code).toBe(1);
    expect(pathsOf(JSON.parse(exported.out).problems)).toEqual(["test/good", "test/sub"]);
    expect(await readFile(at("secret"), "utf8")).toBe("secret");
    expect(await readdir(at("elsewhere"))).toEqual([]);
  });

  it("[ST11] names a file system cannot hold get others there, and come back by an import", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    await fill(one);
    // As Windows and its file systems do.
    const narrow = (folder: string) => {
      const files = createTargetFiles(folder);
      return {
        ...files,
        look: (path: string) => files.look(path.replace("PROBE-a", "probe-A")),
        names: async (path: string) => (await files.names(path)).filter((name) => name !== "probe:?"),
      };
    };
    const { code, out } = await runCommand(
      createExport(narrow),
      at("narrow"),
      "--owner",
      one.owner.did,
      "--data",
      one.folder,
      "--json",
    );
    expect(code).toBe(0);
    const renamed = JSON.parse(out).renamed.map(({ path }: { path: string }) => path);
    expect(renamed.sort()).toEqual(
      [
        " leading and trailing ",
        "a'b\"c",
        "a?b#c&d",
        "co:lon*star<>|",
        "CON",
        "dot.",
        "readme",
        "folder :?",
        "folder :?/in it",
      ]
        .map((name) => `test/names/${name}`)
        .sort(),
    );
    const onDisk = (await readdir(at("narrow", "test", "names"))).map((name) => name.toLowerCase());
    expect(new Set(onDisk).size).toBe(onDisk.length);
    expect(onDisk.filter((name) => /[<>:"|?*]|[. ]$/.test(name))).toEqual([]);
    expect((await tools(two).import(at("narrow"))).code).toBe(0);
    expect(await propertiesOf(two)).toBe(await propertiesOf(one));
  });

  it("[ST12] what exists stays, is replaced, or counts as failed; a quota ends nothing but the file", async () => {
    await using dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "1000" } });
    await dav.request("PUT", "f", { body: "theirs" });
    await dav.request("MKCOL", "folder");
    await dav.request("PUT", "file", { body: "x" });
    const source = at("conflict");
    await mkdir(join(source, "file"), { recursive: true });
    await writeFile(join(source, "f"), "ours");
    await writeFile(join(source, "folder"), "a file");
    await writeFile(join(source, "file/in it"), "y");
    const run = async (...args: string[]) => {
      const { code, out } = await tools(dav).import(source, "--app", "test", "--json", ...args);
      return [code, JSON.parse(out), await (await dav.request("GET", "f")).text()];
    };
    const problems = [{ path: "folder" }, { path: "file" }];
    expect(await run()).toMatchObject([1, { kept: 1, problems }, "theirs"]);
    expect(await run("--on-conflict", "fail")).toMatchObject([
      1,
      { kept: 0, problems: [{ path: "f" }, ...problems] },
      "theirs",
    ]);
    expect(await run("--on-conflict", "replace")).toMatchObject([1, { replaced: 1, problems }, "ours"]);
    expect(await run()).toMatchObject([1, { unchanged: 1 }, "ours"]);
    await rm(source, { recursive: true });
    await mkdir(source);
    await writeFile(join(source, "a-too-large"), "x".repeat(2_000));
    await writeFile(join(source, "b-fits"), "x".repeat(500));
    expect(await run()).toMatchObject([
      1,
      { imported: 1, problems: [{ path: "a-too-large", problem: /quota/ }] },
      "ours",
    ]);
    expect((await tools(dav).fsck()).code).toBe(0);
  });

  it("[ST12] a file that cannot be read is told, and the rest comes", async () => {
    await using dav = await startTestServer();
    const source = at("unreadable");
    await mkdir(join(source, "closed"), { recursive: true });
    for (const name of ["a", "b", "closed/c"]) await writeFile(join(source, name), name);
    const big = join(source, "growing");
    await writeFile(big, Buffer.alloc(1_000_000));
    let isOver = false;
    const grow = (async () => {
      for (let byte = 0; !isOver; byte += 1) {
        await writeFile(big, Buffer.alloc(1_000_000 + (byte % 7), byte));
        await new Promise(setImmediate);
      }
    })();
    const { code, out } = await tools(dav).import(source, "--app", "test", "--json");
    isOver = true;
    await grow;
    const growing = JSON.parse(out).problems.map(({ path }: { path: string }) => path);
    expect(JSON.parse(out).imported + growing.length).toBe(4);
    expect(code).toBe(growing.length === 0 ? 0 : 1);
    // Whatever was taken is whole: all of it is one byte.
    const taken = new Uint8Array(await (await dav.request("GET", "growing")).arrayBuffer());
    if (growing.length === 0) expect(new Set(taken).size).toBeLessThanOrEqual(1);
    expect(await (await dav.request("GET", "closed/c")).text()).toBe("closed/c");
  });

  it.each([
    [["export"], 2],
    [["export", "d", "e", "--owner", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"], 2],
    [["export", "d", "--owner", "nobody"], 2],
    [
      [
        "export",
        "d",
        "--owner",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "--app",
        "No/App",
      ],
      2,
    ],
    [["export", "d", "--owner", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"], 1],
    [
      [
        "import",
        "d",
        "--owner",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "--on-conflict",
        "maybe",
      ],
      2,
    ],
  ])("[ST6] refuses %j with exit code %i", async ([name, ...args], expected) => {
    await using dav = await startTestServer();
    const command = name === "export" ? runExport : runImport;
    const { code, out, err } = await runCommand(command, ...args, "--data", dav.folder);
    expect([code, out]).toEqual([expected, ""]);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("[ST6] a command that is cancelled leaves nothing half done, and goes on when it runs again", async () => {
    await using dav = await startTestServer();
    await fill(dav);
    const ending = new AbortController();
    const args = ["--owner", dav.owner.did, "--data", dav.folder];
    const io = {
      cancel: () => ending.signal,
      terminal: { columns: 80, write: () => ending.abort() },
    };
    ending.abort();
    const cancelled = await runCommandWith(runExport, [at("cancelled"), ...args], io);
    expect(cancelled).toMatchObject({ code: 130, out: "", err: expect.stringContaining("cancelled") });
    expect(await readdir(at("cancelled"))).not.toContain(".relite-parts");
    expect((await tools(dav).export(at("cancelled"))).code).toBe(0);
    const source = at("cancelled", "test");
    const imported = await runCommandWith(runImport, [source, "--app", "again", ...args], io);
    expect(imported.code).toBe(130);
    expect((await tools(dav).import(source, "--app", "again")).code).toBe(0);
    expect((await tools(dav).fsck()).code).toBe(0);
  });
});

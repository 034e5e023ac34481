import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnedEndpoint, startOwnedEndpoint } from "./owned-endpoint.ts";
import { ensureProgram } from "./packages.ts";
import { runProgram } from "./run-program.ts";

const { available, reason } = ensureProgram("cadaver", "cadaver");

describe.skipIf(!available)(`cadaver on our endpoint ${reason}`, () => {
  let endpoint: OwnedEndpoint;
  beforeAll(async () => {
    endpoint = await startOwnedEndpoint("cadaver");
    const password = await endpoint.appPassword();
    const netrc = join(endpoint.folder, ".netrc");
    writeFileSync(netrc, `machine 127.0.0.1 login anyone password ${password}\n`, { mode: 0o600 });
  });
  afterAll(() => endpoint[Symbol.asyncDispose]());

  /** Types the lines at cadaver's prompt; answers what it said. */
  const say = async (...lines: readonly string[]) => {
    const run = {
      cwd: endpoint.folder,
      env: { HOME: endpoint.folder },
      input: `${lines.join("\n")}\nquit\n`,
    };
    return (await runProgram("cadaver", [endpoint.url], run)).out;
  };

  it("[DV1] puts, lists, copies, moves, gets and deletes", async () => {
    writeFileSync(join(endpoint.folder, "up.txt"), "from cadaver\n");
    const said = await say(
      'mkcol "a folder"',
      'cd "a folder"',
      "put up.txt",
      "copy up.txt copied.txt",
      "move copied.txt moved.txt",
      "get moved.txt down.txt",
      "delete up.txt",
      "ls",
    );
    expect(said.match(/succeeded/g)?.length).toBeGreaterThanOrEqual(6);
    expect(said).not.toMatch(/failed/);
    expect(readFileSync(join(endpoint.folder, "down.txt"), "utf8")).toBe("from cadaver\n");
    const listed = said.slice(said.lastIndexOf("Listing collection"));
    expect(listed).toContain("moved.txt");
    expect(listed).not.toContain("up.txt");
  });

  it("[DP1] sets properties and reads them back, over a restart too", async () => {
    writeFileSync(join(endpoint.folder, "book.txt"), "a book");
    const set = await say("put book.txt", 'propset book.txt rating "five of 五"', "propget book.txt rating");
    expect(set).toMatch(/rating is: five of 五/);
    await endpoint.restart();
    expect(await say("propget book.txt rating")).toMatch(/rating is: five of 五/);
    expect(await say("propdel book.txt rating", "propget book.txt rating")).not.toContain("five of");
  });

  it("[DL1] locks, is shown the lock, and unlocks", async () => {
    writeFileSync(join(endpoint.folder, "locked.txt"), "locked");
    const said = await say(
      "put locked.txt",
      "lock locked.txt",
      "discover locked.txt",
      "showlocks",
      "unlock locked.txt",
    );
    expect(said).toMatch(/urn:uuid:/);
    expect(said).not.toMatch(/failed/);
    expect(await say("discover locked.txt")).toContain("no locks found");
  });
});

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fakeClock } from "../testing/index.ts";
import {
  createVerifier,
  generateKeyPair,
  isAllowed,
  issueDelegation,
  keyPairFromSeed,
  signerFromKeyPair,
  wordsToSeed,
} from "../ucan/index.ts";
import type { Command } from "./index.ts";
import { createNodeTokenCrypto, readKeyFile, runKey } from "./index.ts";
import { createTokenCommand } from "./run-token.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "relite-key-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const clock = fakeClock();
const runToken = createTokenCommand(clock);
const keyFile = () => join(folder, "owner.key");

async function run(command: Command, ...args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = { out: (line: string) => out.push(line), err: (line: string) => err.push(line), env: {} };
  return { code: await command(args, io), out, err };
}

describe("key", () => {
  it("[CLI1] makes a key of mode 600, prints its DID, and shows it again", async () => {
    const made = await run(runKey, "new", keyFile());
    expect(made).toMatchObject({ code: 0, err: [] });
    expect(made.out).toEqual([expect.stringMatching(/^did:key:z6Mk\w{44}$/)]);
    expect((await stat(keyFile())).mode & 0o777).toBe(0o600);
    expect(await run(runKey, "show", keyFile())).toEqual({ code: 0, out: made.out, err: [] });
    const json = await run(runKey, "show", keyFile(), "--json");
    expect(JSON.parse(json.out.join())).toEqual({ did: made.out[0] });
  });

  it("[CLI1] never overwrites a file", async () => {
    await run(runKey, "new", keyFile());
    const before = await readFile(keyFile(), "utf8");
    const again = await run(runKey, "new", keyFile());
    expect(again).toMatchObject({ code: 1, out: [] });
    expect(again.err.join()).toContain("exists already");
    expect(await readFile(keyFile(), "utf8")).toBe(before);
  });

  it("[CLI1] shows the recovery words only when asked, and they spell the same key", async () => {
    const made = await run(runKey, "new", keyFile());
    const [did, words = ""] = (await run(runKey, "show", keyFile(), "--words")).out;
    const seed = wordsToSeed(words);
    if (seed === null) throw new Error("no seed");
    const signer = await signerFromKeyPair(await keyPairFromSeed(seed, { extractable: false }));
    expect([did, signer.did]).toEqual([made.out[0], made.out[0]]);
  });

  it("[CLI1] warns of a key file that others can read", async () => {
    await run(runKey, "new", keyFile());
    await chmod(keyFile(), 0o644);
    const shown = await run(runKey, "show", keyFile());
    expect(shown.code).toBe(0);
    expect(shown.err.join()).toContain("chmod 600");
  });

  it.each<[string, readonly string[], number, string]>([
    ["no action", [], 2, "key new FILE"],
    ["an unknown action", ["make", "x"], 2, "key new FILE"],
    ["no file", ["new"], 2, "needs a FILE"],
    ["an unknown option", ["new", "x", "--force"], 2, "--force"],
    ["a word too many", ["new", "a", "b"], 2, "b"],
    ["a file that is not there", ["show", "/nowhere/owner.key"], 1, "does not exist"],
    ["a folder that is not there", ["new", "/nowhere/owner.key"], 1, "does not exist"],
    ["a folder", ["show", "/"], 1, "is a folder"],
  ])("[CLI2] answers %s with one line", async (_, args, code, text) => {
    const result = await run(runKey, ...args);
    expect(result).toMatchObject({ code, out: [] });
    expect(result.err).toEqual([expect.stringContaining(text)]);
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "-----BEGIN PRIVATE KEY-----"],
    ["null", "null"],
    ["another kind of key", '{"kty":"EC","crv":"P-256","kid":"x","d":"c2VjcmV0"}'],
    ["a short key", '{"kty":"OKP","crv":"Ed25519","kid":"did:key:z6Mk","d":"c2VjcmV0"}'],
    [
      "a key of another DID",
      `{"kty":"OKP","crv":"Ed25519","kid":"did:key:z6Mk","d":"${"c2Vj".repeat(10)}c2U"}`,
    ],
  ])("[CLI2] refuses a key file that holds %s, and repeats nothing of it", async (_, text) => {
    await writeFile(keyFile(), text);
    const result = await run(runKey, "show", keyFile());
    expect(result).toMatchObject({ code: 1, out: [] });
    expect(result.err.join()).not.toContain("c2Vj");
  });
});

describe("token", () => {
  const audience = "did:web:localhost%3A3021";
  const verify = (token: string) =>
    createVerifier({
      audiences: [audience],
      isOwner: () => true,
      isRevoked: () => false,
      clock,
      crypto: createNodeTokenCrypto(),
    }).verify(token);

  it("[CLI3] prints one token that verifies and nothing else", async () => {
    await run(runKey, "new", keyFile());
    const args = ["--key", keyFile(), "--aud", "http://LOCALHOST:3021/dav", "--app", "relite"];
    const { code, out, err } = await run(
      runToken,
      ...args,
      "--path",
      "/sync/v1/",
      "--can",
      "read",
      "--ttl",
      "10m",
    );
    expect({ code, err, lines: out.length }).toEqual({ code: 0, err: [], lines: 1 });
    const result = await verify(out[0] ?? "");
    expect(result).toMatchObject({
      principal: {
        grants: [{ with: "app:relite/sync/v1", can: "app/read" }],
        expiresAtSec: clock.nowMs() / 1_000 + 600,
      },
    });
  });

  it("[CLI3] lets its app be written for five minutes unless told otherwise", async () => {
    await run(runKey, "new", keyFile());
    const { out } = await run(runToken, "--key", keyFile(), "--aud", audience, "--app", "notes", "--json");
    const printed: unknown = JSON.parse(out.join());
    expect(printed).toMatchObject({ audience, capabilities: [{ with: "app:notes", can: "app/write" }] });
    const token = (await run(runToken, "--key", keyFile(), "--aud", audience, "--app", "notes")).out.join();
    expect(await verify(token)).toMatchObject({ principal: { expiresAtSec: clock.nowMs() / 1_000 + 300 } });
  });

  it("[CLI3] signs through a delegation, and for the API", async () => {
    await run(runKey, "new", keyFile());
    const { signer } = await readKeyFile(keyFile());
    const owner = await signerFromKeyPair(await generateKeyPair({ extractable: false }));
    const proof = await issueDelegation({
      issuer: owner,
      audienceDid: signer.did,
      capabilities: [{ with: "library:", can: "library/write" }],
      expiresAtSec: clock.nowMs() / 1_000 + 3_600,
    });
    await writeFile(join(folder, "proof"), `${proof}\n`);
    const args = ["--key", keyFile(), "--aud", audience, "--proof", join(folder, "proof")];
    const { out } = await run(runToken, ...args, "--grant", "library/read", "--grant", "profile/read");
    const result = await verify(out.join());
    if (!result.ok) throw new Error(result.code);
    expect(result.principal.rootDid).toBe(owner.did);
    expect(isAllowed(result.principal, { with: "library:", can: "library/read" })).toBe(true);
    expect(isAllowed(result.principal, { with: "profile:", can: "profile/read" })).toBe(false);
  });

  it.each<[string, readonly string[], number, string]>([
    ["no app", ["--app", ""], 2, "--app"],
    ["an app id in capitals", ["--app", "Relite"], 2, "--app"],
    ["every app", ["--app", "*"], 2, "--app"],
    ["an unknown action", ["--can", "delete"], 2, "--can"],
    ["a path with dots", ["--path", "a/../b"], 2, "--path"],
    ["a path with a backslash", ["--path", "a\\b"], 2, "--path"],
    ["a time without unit", ["--ttl", "5"], 2, "--ttl"],
    ["a day", ["--ttl", "24h"], 2, "--ttl"],
    ["no time", ["--ttl", "0s"], 2, "--ttl"],
    ["an audience that is neither", ["--aud", "localhost"], 2, "--aud"],
    ["an audience with a space", ["--aud", "did:web:a b"], 2, "--aud"],
    ["another scheme", ["--aud", "ftp://localhost"], 2, "--aud"],
    ["an unknown right", ["--grant", "admin/write"], 2, "--grant"],
    ["a word", ["relite"], 2, "relite"],
    ["a key that is not there", ["--key", "/nowhere/key"], 1, "does not exist"],
    ["a proof that is not there", ["--proof", "/nowhere/proof"], 1, "does not exist"],
    ["a proof that is no token", ["--proof", "/dev/null"], 1, "no token"],
  ])("[CLI2] answers %s with one line and no token", async (_, args, code, text) => {
    await run(runKey, "new", keyFile());
    const good = ["--key", keyFile(), "--aud", audience, "--app", "relite"];
    const result = await run(runToken, ...good, ...args);
    expect(result).toMatchObject({ code, out: [] });
    expect(result.err).toEqual([expect.stringContaining(text)]);
  });

  it.each([runKey, runToken])("[CLI2] explains itself with --help", async (command) => {
    const { code, out } = await run(command, "--help");
    expect(code).toBe(0);
    expect(out.join("\n").length).toBeGreaterThan(100);
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeyFile, readKeyFile } from "@relite/core/node";
import { audienceOfUrl, issueDelegation, issueInvocation } from "@relite/core/ucan";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSigner, startTestServer, type TestServer } from "../testing/dav-fixture.ts";
import { runAppPassword, runOwners, runRevoke } from "./index.ts";

async function run(command: typeof runOwners, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    env: {},
  };
  const code = await command(args, io);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

describe("app-password and revoke", () => {
  let folder: string;
  let key: string;
  let dav: TestServer;
  let at: readonly string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "relite-access-"));
    key = join(folder, "owner.key");
    const { did } = await createKeyFile(key);
    dav = await startTestServer();
    expect((await run(runOwners, "add", did, "--data", dav.folder)).code).toBe(0);
    at = ["--key", key, "--url", dav.server.url];
  });
  afterAll(async () => {
    await dav[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (password: string) => {
    const headers = { Authorization: `Basic ${Buffer.from(`me:${password}`).toString("base64")}` };
    return (await fetch(`${dav.server.url}/dav/apps/books/`, { method: "PROPFIND", headers })).status;
  };
  const create = async (...more: string[]) => {
    const { code, out, err } = await run(
      runAppPassword,
      "create",
      ...at,
      "--app",
      "books",
      "--json",
      ...more,
    );
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out) as { readonly id: string; readonly password: string };
  };

  it("[AC12] makes, lists and revokes app passwords over HTTP with a key", async () => {
    const made = await run(
      runAppPassword,
      "create",
      ...at,
      "--app",
      "books",
      "--path",
      "/new/",
      "--can",
      "read",
      "--days",
      "365",
      "--label",
      "e-reader",
    );
    expect(made).toMatchObject({ code: 0, err: "" });
    const [, id, password] =
      /user name {2}([a-z2-7]{8})\npassword {3}([a-z2-7]{40})\nopens {6}books\/new \(read\), until 20/.exec(
        made.out,
      ) ?? [];
    expect(password?.startsWith(id ?? "?")).toBe(true);
    const listed = await run(runAppPassword, "list", ...at);
    expect(listed.out).toContain(`${id}  books/new (read), until`);
    expect(listed.out).toMatch(/never used {2}e-reader$/m);
    expect(listed.out).not.toContain(password);
    const other = await create();
    expect(await open(other.password)).toBe(207);
    expect(await run(runAppPassword, "revoke", other.id, ...at)).toEqual({
      code: 0,
      out: `revoked ${other.id}`,
      err: "",
    });
    expect(await open(other.password)).toBe(401);
    expect(await run(runAppPassword, "revoke", other.id, ...at)).toMatchObject({
      code: 1,
      err: expect.stringContaining("no such app password"),
    });
  });

  it("[AC12] a device's key makes them with its delegation, no longer than that lasts", async () => {
    const deviceKey = join(folder, "device.key");
    const device = await createKeyFile(deviceKey);
    const { signer } = await readKeyFile(key);
    const proof = join(folder, "proof");
    await writeFile(
      proof,
      `${await issueDelegation({
        issuer: signer,
        audienceDid: device.did,
        capabilities: [
          { with: "app:books", can: "app/read" },
          { with: "access:", can: "access/write" },
        ],
        expiresAtSec: Math.floor(Date.now() / 1_000) + 10 * 86_400,
      })}\n`,
    );
    const asDevice = ["--key", deviceKey, "--url", dav.server.url, "--proof", proof, "--app", "books"];
    expect(await run(runAppPassword, "create", ...asDevice, "--days", "30", "--can", "read")).toMatchObject({
      code: 1,
      err: expect.stringContaining("outlive"),
    });
    expect(await run(runAppPassword, "create", ...asDevice, "--days", "5")).toMatchObject({
      code: 1,
      err: expect.stringContaining("exceeds_proof"),
    });
    const made = await run(runAppPassword, "create", ...asDevice, "--days", "5", "--can", "read", "--json");
    expect(await open(JSON.parse(made.out).password)).toBe(207);
    expect(await run(runRevoke, "device", device.did, ...at)).toMatchObject({ code: 0 });
    expect(await open(JSON.parse(made.out).password)).toBe(401);
    expect(
      await run(runRevoke, "device", device.did, "--undo", "--data", dav.folder, "--owner", signer.did),
    ).toMatchObject({ code: 0 });
    expect(await open(JSON.parse(made.out).password)).toBe(207);
  });

  it("[AC12] revokes a token by its file, with a key and as the administrator", async () => {
    const { signer } = await readKeyFile(key);
    const capabilities = [{ with: "app:books", can: "app/write" }];
    const token = () =>
      issueInvocation({
        issuer: signer,
        audience: audienceOfUrl(dav.server.url),
        capabilities,
        nowMs: Date.now(),
      });
    const file = join(folder, "token");
    for (const how of [at, ["--data", dav.folder]]) {
      const bearer = await token();
      const read = async () =>
        (
          await fetch(`${dav.server.url}/dav/apps/books/`, {
            method: "PROPFIND",
            headers: { Authorization: `Bearer ${bearer}` },
          })
        ).status;
      await writeFile(file, bearer);
      expect(await read()).toBe(207);
      expect(await run(runRevoke, "token", file, ...how)).toEqual({
        code: 0,
        out: `revoked ${file}`,
        err: "",
      });
      expect(await read()).toBe(401);
    }
  });

  it("[AC12] the administrator revokes app passwords and devices while the endpoint runs", async () => {
    const { id, password } = await create();
    expect(await open(password)).toBe(207);
    expect(await run(runRevoke, "app-password", id, "--data", dav.folder)).toMatchObject({ code: 0 });
    expect(await open(password)).toBe(401);
    expect(await run(runRevoke, "app-password", id, "--data", dav.folder)).toMatchObject({
      code: 1,
      err: "There is no such app-password",
    });
    expect(await run(runRevoke, "share", id, "--data", dav.folder)).toMatchObject({ code: 1 });
    const { did } = await newSigner();
    expect(await run(runRevoke, "device", did, "--data", dav.folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining("--owner"),
    });
    const ownKey = ["device", dav.owner.did, "--owner", dav.owner.did, "--data", dav.folder];
    expect(await run(runRevoke, ...ownKey)).toMatchObject({
      code: 1,
      err: expect.stringContaining("own key"),
    });
  });

  it.each<readonly [typeof runOwners, readonly string[], number]>([
    [runAppPassword, [], 2],
    [runAppPassword, ["create"], 2],
    [runAppPassword, ["create", "--app", "Books", "--key", "k", "--url", "u"], 2],
    [runAppPassword, ["create", "--app", "books", "--days", "366"], 2],
    [runAppPassword, ["create", "--app", "books", "--can", "own"], 2],
    [runAppPassword, ["create", "--app", "books", "--path", "a/../b"], 2],
    [runAppPassword, ["list", "word"], 2],
    [runAppPassword, ["revoke"], 2],
    [runAppPassword, ["list", "--key", "/none", "--url", "http://127.0.0.1:1"], 1],
    [runAppPassword, ["list", "--key", "/none", "--url", "ftp://x"], 1],
    [runRevoke, [], 2],
    [runRevoke, ["token"], 2],
    [runRevoke, ["everything", "x"], 2],
    [runRevoke, ["device", "did:key:none"], 2],
    [runRevoke, ["app-password", "x", "--undo"], 2],
    [runRevoke, ["app-password", "x", "--key", "k"], 2],
    [runRevoke, ["app-password", "x", "--key", "k", "--url", "http://127.0.0.1:1", "--api"], 2],
    [runRevoke, ["device", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "--api"], 2],
    [runRevoke, ["app-password", "x", "--data", "/tmp/relite-none"], 1],
    [runRevoke, ["token", "/none", "--key", "/none", "--url", "http://127.0.0.1:1"], 1],
  ])("[AC12] refuses %o %j with one line", async (command, args, expected) => {
    const { code, out, err } = await run(command, ...args);
    expect([code, out, err.split("\n").length]).toEqual([expected, "", 1]);
  });
});

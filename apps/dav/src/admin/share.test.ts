import { join } from "node:path";
import { createKeyFile } from "@relite/core/node";
import { expect, it } from "vitest";
import { startTestServer } from "../testing/dav-fixture.ts";
import { runOwners, runShare } from "./index.ts";

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

it("[SH19] makes, lists and revokes share links with a key, and shows a link once", async () => {
  await using dav = await startTestServer();
  const key = join(dav.folder, "owner.key");
  const { did } = await createKeyFile(key);
  await run(runOwners, "add", did, "--data", dav.folder);
  const at = ["--key", key, "--url", `${dav.server.url}/`];
  expect((await run(runShare, "list", ...at)).out).toBe("no shares");
  const made = await run(runShare, "create", ...at, "--app", "notes", "--path", "/trip/", "--label", "Ben");
  expect([made.code, made.err]).toEqual([0, ""]);
  const [link = "", scope] = made.out.split("\n");
  expect(link).toMatch(new RegExp(`^${dav.server.url}/s/[a-z2-7]{8}#[a-z2-7]{32}$`));
  expect(scope).toMatch(/^opens notes\/trip \(read\), until /);
  const { pathname, hash } = new URL(link);
  const opens = async () => {
    const body = JSON.stringify({ secret: hash.slice(1) });
    const headers = { "Content-Type": "application/json" };
    return (await fetch(dav.server.url + pathname, { method: "POST", headers, body })).status;
  };
  expect(await opens()).toBe(204);
  const listed = await run(runShare, "list", ...at, "--json");
  expect(listed.out).not.toContain(hash.slice(1));
  const [{ id }] = JSON.parse(listed.out);
  expect((await run(runShare, "revoke", id, ...at)).out).toBe(`revoked ${id}`);
  expect((await run(runShare, "revoke", id, ...at)).code).toBe(1);
  expect(await opens()).toBe(401);
});

it.each([
  [[], 2],
  [["make"], 2],
  [["create"], 2],
  [["revoke"], 2],
  [["create", "--key", "K", "--url", "http://localhost:1", "--app", "notes", "--days", "366"], 2],
  [["create", "--key", "K", "--url", "http://localhost:1", "--app", "notes", "--path", "a/../b"], 2],
  [["create", "--key", "/no/such/key", "--url", "http://localhost:1", "--app", "notes"], 1],
  [["list", "--key", "/no/such/key", "--url", "nonsense"], 1],
])("[SH19] refuses %j with one line and exit code %i", async (args, expected) => {
  const { code, out, err } = await run(runShare, ...args);
  expect([code, out]).toEqual([expected, ""]);
  expect(err.split("\n")).toHaveLength(1);
});

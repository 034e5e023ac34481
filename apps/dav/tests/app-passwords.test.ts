import { fakeClock } from "@relite/core/testing";
import { issueDelegation, type Signer } from "@relite/core/ucan";
import { beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient, accessRead, accessWrite, daySec, fixedAudience } from "./access-client.ts";

const inApp = (path: string, can = "app/write") => [{ with: `app:test${path}`, can }];
const nowSec = () => Math.floor(Date.now() / 1_000);

describe("app passwords", () => {
  it("[AC1] open what their UCAN names, whatever the user name, and survive a restart", async () => {
    await using dav = await startTestServer({ env: { DAV_AUDIENCES: fixedAudience } });
    const { basic, create, ucan } = accessClient(dav, fixedAudience);
    const made = await create({ ucan: await ucan({ capabilities: inApp("/notes") }), label: " Reader " });
    expect(made.status).toBe(201);
    const { id, password } = made;
    expect(password).toMatch(/^[a-z2-7]{40}$/);
    expect(made.body).toMatchObject({ label: "Reader", app: "test", path: "notes", action: "write" });
    expect(made.body).toMatchObject({ username: id, lastUsed: null });
    expect((await basic(password, "MKCOL", "notes")).status).toBe(201);
    expect((await basic(password, "PUT", "notes/a", { body: "one", user: "HOME\\me" })).status).toBe(201);
    expect(await (await basic(password.toUpperCase(), "GET", "notes/a", { user: "" })).text()).toBe("one");
    expect((await basic(password, "GET", "other")).status).toBe(403);
    expect((await basic(password, "GET", "/dav/apps/another/notes")).status).toBe(403);
    await dav.restart();
    expect(await (await basic(password, "GET", "notes/a")).text()).toBe("one");
  });

  it("[AC1] for reading only do not write", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const { password } = await create({ ucan: await ucan({ capabilities: inApp("", "app/read") }) });
    await dav.request("PUT", "f", { body: "x" });
    expect((await basic(password, "GET", "f")).status).toBe(200);
    for (const method of ["PUT", "DELETE", "MKCOL", "LOCK", "PROPPATCH"])
      expect((await basic(password, method, "f")).status).toBe(403);
  });

  it("[AC2] are made by a device of the owner too, and end with its delegation", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const device = await newSigner();
    const proof = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities: [{ with: "app:*", can: "app/write" }, accessWrite],
      expiresAtSec: nowSec() + 7 * daySec,
    });
    const asking = { signer: device, proof };
    const stored = await ucan({ issuer: device, proof, expiresAtSec: nowSec() + 6 * daySec });
    const { status, password } = await create({ ucan: stored }, asking);
    expect(status).toBe(201);
    expect((await basic(password, "PUT", "f", { body: "x" })).status).toBe(201);
  });

  it("[AC3] are listed without secrets, and revoked at once", async () => {
    await using dav = await startTestServer();
    const { ask, basic, create, ucan } = accessClient(dav);
    const first = await create({ ucan: await ucan(), label: "one" });
    const second = await create({ ucan: await ucan(), label: "two" });
    const list = async () => (await (await ask("GET", "/relite/app-passwords")).json()).appPasswords;
    const listed = await list();
    expect(listed).toHaveLength(2);
    expect(JSON.stringify(listed)).not.toMatch(/password|secret|token|eyJ/);
    expect(JSON.stringify(listed)).not.toContain(first.password.slice(8));
    expect((await basic(first.password, "PROPFIND", "")).status).toBe(207);
    expect((await ask("DELETE", `/relite/app-passwords/${first.id}`)).status).toBe(204);
    const refused = await basic(first.password, "PROPFIND", "");
    expect([refused.status, (await refused.json()).reason]).toEqual([401, "revoked"]);
    expect((await basic(second.password, "PROPFIND", "")).status).toBe(207);
    expect((await ask("DELETE", `/relite/app-passwords/${first.id}`)).status).toBe(404);
    expect((await list()).map(({ label }: { label: string }) => label)).toEqual(["two"]);
  });

  it("[AC3] of one owner are nothing to another", async () => {
    await using dav = await startTestServer();
    const { ask, create, ucan, basic } = accessClient(dav);
    const other = await enrolAnother(dav);
    const { id, password } = await create({ ucan: await ucan() });
    const asOther = { signer: other };
    expect(await (await ask("GET", "/relite/app-passwords", undefined, asOther)).json()).toEqual({
      appPasswords: [],
    });
    expect((await ask("DELETE", `/relite/app-passwords/${id}`, undefined, asOther)).status).toBe(404);
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
  });

  it("[AC4] last as long as their UCAN and no longer, and say when they were used", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startTestServer({ parts: { clock } });
    const { ask, basic, create, ucan } = accessClient(dav);
    const nowMs = clock.nowMs();
    const { password } = await create({ ucan: await ucan({ days: 365, nowMs }) }, { nowMs });
    const use = () => basic(password, "PROPFIND", "");
    const lastUsed = async () => {
      const answer = await ask("GET", "/relite/app-passwords", undefined, { nowMs: clock.nowMs() });
      return (await answer.json()).appPasswords[0]?.lastUsed;
    };
    expect((await use()).status).toBe(207);
    await expect.poll(lastUsed).toBe(new Date(nowMs).toISOString());
    clock.set(nowMs + 60_000);
    await use();
    expect(await lastUsed()).toBe(new Date(nowMs).toISOString());
    clock.set(nowMs + 200 * daySec * 1_000);
    expect((await use()).status).toBe(207);
    await expect.poll(lastUsed).toBe(new Date(clock.nowMs()).toISOString());
    clock.set(nowMs + 366 * daySec * 1_000);
    const ended = await use();
    expect([ended.status, (await ended.json()).reason]).toEqual([401, "expired"]);
    expect(await lastUsed()).toBeUndefined();
  });

  it("[AC5] end with the owner's standing, and are back with it", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const { password } = await create({ ucan: await ucan() });
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
    await changeOwner(dav, true);
    const refused = await basic(password, "PROPFIND", "");
    expect([refused.status, (await refused.json()).reason]).toEqual([403, "owner_disabled"]);
    await changeOwner(dav, false);
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
  });

  it("[AC6] are principals of their own: two made by one key do not share locks", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const [one, two] = [await create({ ucan: await ucan() }), await create({ ucan: await ucan() })];
    const locked = await basic(one.password, "LOCK", "f", {
      body: '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>',
    });
    const token = locked.headers.get("lock-token") ?? "";
    const unlock = (password: string) => basic(password, "UNLOCK", "f", { headers: { "Lock-Token": token } });
    expect((await unlock(two.password)).status).toBe(403);
    expect((await unlock(one.password)).status).toBe(204);
  });
});

describe("making an app password", () => {
  let dav: TestServer;
  let client: ReturnType<typeof accessClient>;
  let other: Signer;
  let device: Signer;
  let delegation: string;
  beforeAll(async () => {
    dav = await startTestServer();
    client = accessClient(dav);
    other = await enrolAnother(dav);
    device = await newSigner();
    delegation = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities: [...inApp("/notes"), accessWrite],
      expiresAtSec: nowSec() + 20 * daySec,
    });
    return () => dav[Symbol.asyncDispose]();
  });

  const byDevice = () => ({ issuer: device, proof: delegation });
  const rows: readonly (readonly [string, () => Promise<unknown>, number, string])[] = [
    [
      "a changed signature",
      async () => (await client.ucan()).replace(/.{6}$/, "AAAAAA"),
      422,
      "bad_signature",
    ],
    ["a changed payload", async () => tampered(await client.ucan()), 422, "bad_signature"],
    ["no token", async () => "hello", 422, "malformed"],
    ["another audience", () => client.ucan({ audience: "did:web:evil.example" }), 422, "wrong_audience"],
    ["one that has ended", () => client.ucan({ expiresAtSec: nowSec() - 1 }), 422, "expired"],
    ["one of an hour", () => client.ucan({ expiresAtSec: nowSec() + 3_600 }), 422, "lifetime"],
    [
      "one of 366 days",
      () => client.ucan({ days: 364, nowMs: Date.now() + 2 * daySec * 1_000 }),
      422,
      "lifetime_too_long",
    ],
    ["one of another owner", () => client.ucan({ issuer: other }), 422, "foreign_token"],
    ["one of a stranger", async () => client.ucan({ issuer: await newSigner() }), 422, "unknown_root"],
    [
      "one of an own device, shown by the owner",
      () => client.ucan({ ...byDevice(), days: 3, capabilities: inApp("/notes") }),
      422,
      "foreign_token",
    ],
    [
      "every app",
      () => client.ucan({ capabilities: [{ with: "app:*", can: "app/read" }] }),
      422,
      "one_capability",
    ],
    [
      "two folders",
      () => client.ucan({ capabilities: [...inApp("/a"), ...inApp("/b")] }),
      422,
      "one_capability",
    ],
    ["nothing", () => client.ucan({ capabilities: [] }), 422, "one_capability"],
    [
      "more than files",
      () => client.ucan({ capabilities: [...inApp(""), accessWrite] }),
      422,
      "one_capability",
    ],
    ["management", () => client.ucan({ capabilities: [accessWrite] }), 422, "one_capability"],
    [
      "another's profile",
      () => client.ucan({ capabilities: [{ with: "profile:", can: "profile/write" }] }),
      422,
      "one_capability",
    ],
  ];
  it.each(rows)("[AC7] refuses %s", async (_, make, status, reason) => {
    const { status: answered, body } = await client.create({ ucan: await make() });
    expect([answered, body.reason]).toEqual([status, reason]);
    expect(JSON.stringify(body)).not.toContain("eyJ");
  });

  it.each([
    ["the whole app", inApp("")],
    ["a folder beside", inApp("/notes2")],
    ["another app", [{ with: "app:other", can: "app/read" }]],
  ])("[AC7] refuses a device %s where it has one folder", async (_, capabilities) => {
    const asking = { signer: device, proof: delegation };
    const wider = await client.ucan({ ...byDevice(), days: 3, capabilities });
    const { status, body } = await client.create({ ucan: wider }, asking);
    expect([status, body.reason]).toEqual([422, "exceeds_proof"]);
  });

  it("[AC7] refuses a UCAN a second time, also after its app password was revoked", async () => {
    const ucan = await client.ucan();
    const { id } = await client.create({ ucan });
    expect(await client.create({ ucan })).toMatchObject({ status: 409, body: { reason: "replayed" } });
    await client.ask("DELETE", `/relite/app-passwords/${id}`);
    expect(await client.create({ ucan })).toMatchObject({ status: 409, body: { reason: "replayed" } });
  });

  it("[AC8] takes access/write, which neither an app password nor a device without it has", async () => {
    const ucan = await client.ucan();
    const without = { capabilities: inApp("") };
    expect((await client.create({ ucan }, without)).status).toBe(403);
    expect((await client.create({ ucan }, { capabilities: [accessRead] })).status).toBe(403);
    expect((await client.ask("GET", "/relite/app-passwords", undefined, without)).status).toBe(403);
    expect(
      (await client.ask("GET", "/relite/app-passwords", undefined, { capabilities: [accessRead] })).status,
    ).toBe(200);
    const { password, id } = await client.create({ ucan });
    for (const [method, path] of [
      ["GET", "/relite/app-passwords"],
      ["POST", "/relite/app-passwords"],
      ["DELETE", `/relite/app-passwords/${id}`],
    ] as const)
      expect((await client.basic(password, method, path)).status).toBe(403);
    const noMore = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities: inApp(""),
      expiresAtSec: nowSec() + 20 * daySec,
    });
    const stored = await client.ucan({ issuer: device, proof: noMore, days: 3 });
    expect((await client.create({ ucan: stored }, { signer: device, proof: noMore })).status).toBe(403);
  });

  it.each([
    [{}],
    [{ ucan: 7 }],
    [{ ucan: "" }],
    [{ ucan: "a", label: "x".repeat(101) }],
    [{ ucan: "a", label: "line\nfeed" }],
    [{ ucan: "a", owner: 2 }],
    [[]],
    ["text"],
  ])("[AC7] refuses the body %j", async (body) => {
    expect((await client.create(body)).status).toBe(400);
  });
});

/** Another owner on the same endpoint. */
async function enrolAnother(dav: TestServer): Promise<Signer> {
  const signer = await newSigner();
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  await storage.owners.add(signer.did, null);
  storage.db.close();
  return signer;
}

async function changeOwner(dav: TestServer, isDisabled: boolean): Promise<void> {
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  await storage.owners.change(dav.owner.did, { isDisabled });
  storage.db.close();
}

/** The same token saying that it lasts a second longer. */
function tampered(token: string): string {
  const [header, payload = "", signature] = token.split(".");
  const fields = JSON.parse(Buffer.from(payload, "base64url").toString());
  const changed = Buffer.from(JSON.stringify({ ...fields, exp: fields.exp + 1 })).toString("base64url");
  return [header, changed, signature].join(".");
}

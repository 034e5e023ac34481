import { fakeClock } from "@relite/core/testing";
import { issueDelegation, issueInvocation, issueRevocation, type Signer } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient, accessRead, accessWrite, daySec, fixedAudience } from "./access-client.ts";

const files = [{ with: "app:test", can: "app/write" }];
const everything = [{ with: "app:*", can: "app/write" }, accessWrite];

/** A server with an owner's device, and what both can do there. */
async function startWithDevice(setup: Parameters<typeof startTestServer>[0] = {}) {
  const dav = await startTestServer({ ...setup, env: { DAV_AUDIENCES: fixedAudience, ...setup.env } });
  const client = accessClient(dav, fixedAudience);
  const nowSec = () => Math.floor((setup.parts?.clock?.nowMs() ?? Date.now()) / 1_000);
  const delegate = (signer: Signer, issuer = dav.owner, proof?: string, capabilities = everything) =>
    issueDelegation({
      issuer,
      audienceDid: signer.did,
      capabilities,
      expiresAtSec: nowSec() + (proof === undefined ? 20 : 19) * daySec,
      ...(proof === undefined ? {} : { proof }),
    });
  const device = await newSigner();
  const proof = await delegate(device);
  const read = async (asking: Parameters<typeof client.ask>[3]) =>
    client.ask("PROPFIND", "/dav/apps/test/", undefined, {
      capabilities: files,
      nowMs: nowSec() * 1_000,
      ...asking,
    });
  const outcome = async (answer: Response) => [
    answer.status,
    answer.status === 207 ? "" : (await answer.json()).reason,
  ];
  return Object.assign(client, {
    dav,
    device,
    proof,
    delegate,
    read,
    outcome,
    asDevice: { signer: device, proof },
  });
}

describe("revocation records", () => {
  it("[AC9] refuse a token and what rests on it from the next request, cached or not, also after a restart", async () => {
    const { dav, ask, read, proof, asDevice, outcome } = await startWithDevice();
    await using _ = dav;
    const token = await issueInvocation({
      issuer: asDevice.signer,
      proof,
      audience: fixedAudience,
      capabilities: files,
      nowMs: Date.now(),
    });
    const headers = { Authorization: `Bearer ${token}` };
    const answer = () => fetch(`${dav.server.url}/dav/apps/test/`, { method: "PROPFIND", headers });
    expect((await answer()).status).toBe(207);
    const record = await issueRevocation(dav.owner, proof);
    const posted = await fetch(`${dav.server.url}/relite/revocations`, post(record));
    expect([posted.status, (await posted.json()).revoke]).toEqual([201, record.revoke]);
    expect(await outcome(await answer())).toEqual([401, "revoked"]);
    expect(await outcome(await read(asDevice))).toEqual([401, "revoked"]);
    expect((await read({})).status).toBe(207);
    expect((await fetch(`${dav.server.url}/relite/revocations`, post(record))).status).toBe(200);
    await dav.restart();
    expect(await outcome(await read(asDevice))).toEqual([401, "revoked"]);
    const listed = await (
      await ask("GET", "/relite/revocations", undefined, { capabilities: [accessRead] })
    ).json();
    expect(listed.revocations).toMatchObject([{ revoke: record.revoke, iss: dav.owner.did }]);
    expect(JSON.stringify(listed)).not.toContain(token.slice(0, 40));
  });

  it("[AC9] reach an app password whose UCAN rests on what was revoked", async () => {
    const { dav, create, basic, ucan, proof, asDevice, outcome } = await startWithDevice();
    await using _ = dav;
    const stored = await ucan({ issuer: asDevice.signer, proof, days: 10 });
    const { password } = await create({ ucan: stored }, asDevice);
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
    await fetch(`${dav.server.url}/relite/revocations`, post(await issueRevocation(asDevice.signer, stored)));
    expect(await outcome(await basic(password, "PROPFIND", ""))).toEqual([401, "revoked"]);
  });

  it("[AC9] that prove nothing change nothing, and are not tried for long", async () => {
    const { dav, read, proof, asDevice } = await startWithDevice();
    await using _ = dav;
    const stranger = await newSigner();
    const good = await issueRevocation(dav.owner, proof);
    const send = async (body: unknown) => fetch(`${dav.server.url}/relite/revocations`, post(body));
    for (const bad of [{}, [], { ...good, more: 1 }, { ...good, iss: 7 }, "text"])
      expect((await send(bad)).status).toBe(400);
    const refused = await send({ ...good, iss: stranger.did });
    expect([refused.status, (await refused.json()).reason]).toEqual([422, "insufficient"]);
    const statuses = [];
    for (let tries = 0; tries < 12; tries += 1)
      statuses.push((await send({ ...good, iss: stranger.did })).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    expect((await read(asDevice)).status).toBe(207);
    expect((await send(good)).status).toBe(201);
  });

  it("[AC9] another owner's are nothing to this one", async () => {
    const { dav, ask, proof } = await startWithDevice();
    await using _ = dav;
    await fetch(`${dav.server.url}/relite/revocations`, post(await issueRevocation(dav.owner, proof)));
    const other = await enrolAnother(dav);
    const listed = await ask("GET", "/relite/revocations", undefined, { signer: other });
    expect(await listed.json()).toEqual({ revocations: [] });
  });
});

describe("devices", () => {
  it("[AC10] are listed with what they came with and when, so that a lost one can be found", async () => {
    const clock = fakeClock(Date.now());
    const { dav, ask, read, asDevice } = await startWithDevice({ parts: { clock } });
    await using _ = dav;
    const startMs = clock.nowMs();
    await read(asDevice);
    clock.set(startMs + 3_600_000);
    const list = async () => {
      const answer = await ask("GET", "/relite/devices", undefined, {
        capabilities: [accessRead],
        nowMs: clock.nowMs(),
      });
      return (await answer.json()).devices;
    };
    await read({});
    await expect.poll(async () => (await list()).length).toBe(2);
    expect(await list()).toMatchObject([
      { did: dav.owner.did, isOwnerKey: true, isThisDevice: true, lost: null },
      {
        did: asDevice.signer.did,
        isOwnerKey: false,
        isThisDevice: false,
        agent: "node",
        lastSeen: new Date(startMs).toISOString(),
      },
    ]);
  });

  it("[AC10] keys made without end by one that was delegated to do not crowd out the list", async () => {
    const { dav, ask, read, device, delegate, proof, asDevice } = await startWithDevice();
    await using _ = dav;
    await read({});
    for (let count = 0; count < 80; count += 1) {
      const signer = await newSigner();
      const chain = { signer, proof: await delegate(signer, device, proof, files) };
      expect((await read(chain)).status).toBe(207);
    }
    await read(asDevice);
    const list = async () => (await (await ask("GET", "/relite/devices")).json()).devices;
    await expect.poll(async () => (await list()).length).toBe(60);
    expect((await list()).map(({ did }: { did: string }) => did)).toContain(dav.owner.did);
  });

  it("[AC11] a lost one is shut out with all it signed, and the owner's key lets it in again", async () => {
    const { dav, ask, basic, create, read, ucan, delegate, device, proof, asDevice, outcome } =
      await startWithDevice();
    await using _ = dav;
    const helper = await newSigner();
    const below = await delegate(helper, device, proof, files);
    const stored = await ucan({ issuer: device, proof, days: 10 });
    const { password } = await create({ ucan: stored }, asDevice);
    const all = async () => [
      await outcome(await read(asDevice)),
      await outcome(await read({ signer: helper, proof: below })),
      await outcome(await basic(password, "PROPFIND", "")),
    ];
    const [open, shut] = [
      [207, ""],
      [401, "revoked"],
    ];
    expect(await all()).toEqual([open, open, open]);
    expect((await ask("DELETE", `/relite/devices/${device.did}`)).status).toBe(204);
    expect(await all()).toEqual([shut, shut, shut]);
    expect((await ask("DELETE", `/relite/devices/${encodeURIComponent(device.did)}`)).status).toBe(204);
    const [lost] = (await (await ask("GET", "/relite/devices")).json()).devices.filter(
      ({ did }: { did: string }) => did === device.did,
    );
    expect(lost).toMatchObject({ lostBy: dav.owner.did, lost: expect.stringMatching(/Z$/) });
    await dav.restart();
    expect(await all()).toEqual([shut, shut, shut]);
    expect((await ask("PUT", `/relite/devices/${device.did}`)).status).toBe(204);
    expect(await all()).toEqual([open, open, open]);
    expect((await ask("PUT", `/relite/devices/${device.did}`)).status).toBe(404);
  });

  it("[AC11] another device with access/write may say so; it brings none back, and loses no owner key", async () => {
    const { dav, ask, delegate, device, asDevice } = await startWithDevice();
    await using _ = dav;
    const phone = await newSigner();
    const asPhone = { signer: phone, proof: await delegate(phone) };
    const reasonOf = async (answer: Response) => [answer.status, (await answer.json()).reason];
    const readOnly = { ...asPhone, capabilities: [accessRead] };
    expect((await ask("DELETE", `/relite/devices/${device.did}`, undefined, readOnly)).status).toBe(403);
    expect((await ask("DELETE", `/relite/devices/${device.did}`, undefined, asPhone)).status).toBe(204);
    expect(await reasonOf(await ask("PUT", `/relite/devices/${device.did}`, undefined, asPhone))).toEqual([
      403,
      "owner_key_needed",
    ]);
    expect(
      await reasonOf(await ask("DELETE", `/relite/devices/${dav.owner.did}`, undefined, asPhone)),
    ).toEqual([403, "owner_key"]);
    expect(await reasonOf(await ask("DELETE", `/relite/devices/${phone.did}`, undefined, asDevice))).toEqual([
      401,
      "revoked",
    ]);
    expect(await reasonOf(await ask("DELETE", "/relite/devices/did:key:none"))).toEqual([400, "bad_did"]);
  });

  it("[AC11] is lost to its own owner only", async () => {
    const { dav, ask, read, device, delegate, asDevice } = await startWithDevice();
    await using _ = dav;
    const other = await enrolAnother(dav);
    expect((await ask("DELETE", `/relite/devices/${device.did}`, undefined, { signer: other })).status).toBe(
      204,
    );
    expect(
      (await ask("DELETE", `/relite/devices/${dav.owner.did}`, undefined, { signer: other })).status,
    ).toBe(204);
    expect((await read(asDevice)).status).toBe(207);
    expect((await read({})).status).toBe(207);
    const forOther = await delegate(device, other);
    expect((await read({ signer: device, proof: forOther })).status).toBe(401);
  });
});

function post(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function enrolAnother(dav: TestServer): Promise<Signer> {
  const signer = await newSigner();
  const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
  await storage.owners.add(signer.did, null);
  storage.db.close();
  return signer;
}

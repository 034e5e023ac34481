import { problemOf } from "@relite/core/api-client";
import { issueDelegation, issueInvocation, issueRevocation } from "@relite/core/ucan";
import { expect, test } from "vitest";
import { claimed, invited, newSigner, startTestApi } from "./api-under-test.ts";

const profile = { with: "profile:", can: "profile/write" };
const access = { with: "access:", can: "access/write" };

/** A server, its owner, and a device of the owner's. */
async function startWithDevice() {
  const api = await startTestApi();
  const owner = await claimed(api);
  const device = await newSigner();
  const proof = await issueDelegation({
    issuer: owner.signer,
    audienceDid: device.did,
    capabilities: [profile, access],
    expiresAtSec: Math.floor(Date.now() / 1_000) + 86_400,
  });
  const call = async (method: string, path: string, body?: unknown, signer = device) => {
    const order = {
      issuer: signer,
      audience: api.audience,
      capabilities: [profile, access],
      nowMs: Date.now(),
    };
    const token = await issueInvocation(signer === device ? { ...order, proof } : order);
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${api.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  return { api, owner, device, proof, call };
}

test("[API9] a revocation record shuts out what rests on its token from the next request on, and says nothing more", async () => {
  const { api, owner, proof, call } = await startWithDevice();
  await using _ = api;
  expect((await call("GET", "/api/me")).status).toBe(200);
  const record = await issueRevocation(owner.signer, proof);
  const post = async (body: unknown) =>
    fetch(`${api.url}/api/revocations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  const stranger = await newSigner();
  const refused = await post({ ...record, iss: stranger.did });
  expect([refused.status, (await refused.json()).reason]).toEqual([422, "insufficient"]);
  expect((await call("GET", "/api/me")).status).toBe(200);
  expect((await post(record)).status).toBe(201);
  expect((await post(record)).status).toBe(201);
  expect(await call("GET", "/api/me")).toMatchObject({ status: 401, body: { reason: "revoked" } });
  expect((await owner.client.me.get.query()).role).toBe("owner");
  const listed = await call("GET", "/api/revocations", undefined, owner.signer);
  expect(listed.body).toMatchObject({
    tokens: [{ revoke: record.revoke, iss: owner.signer.did }],
    devices: [],
  });
  const ben = await invited(api, owner);
  expect((await call("GET", "/api/revocations", undefined, ben.signer)).body).toEqual({
    tokens: [],
    devices: [],
  });
});

test("[API10] a lost device is shut out; only the owner's own key lets it in again, and is never lost itself", async () => {
  const { api, owner, device, call } = await startWithDevice();
  await using _ = api;
  const path = `/api/devices/${device.did}`;
  expect(await call("DELETE", `/api/devices/${owner.signer.did}`)).toMatchObject({
    status: 403,
    body: { reason: "owner_key" },
  });
  expect((await call("DELETE", path, undefined, owner.signer)).status).toBe(200);
  expect(await call("GET", "/api/me")).toMatchObject({ status: 401, body: { reason: "revoked" } });
  const { body } = await call("GET", "/api/revocations", undefined, owner.signer);
  expect(body.devices).toMatchObject([{ did: device.did, lostBy: owner.signer.did }]);
  expect((await call("PUT", path, undefined, owner.signer)).status).toBe(200);
  expect((await call("GET", "/api/me")).status).toBe(200);
  expect(await call("PUT", path)).toMatchObject({ status: 403, body: { reason: "owner_key_needed" } });
  expect((await call("PUT", path, undefined, owner.signer)).status).toBe(404);
  const refused = await api
    .clientOf(owner.signer, [profile])
    .access.loseDevice.mutate({ did: device.did })
    .catch(problemOf);
  expect(refused).toMatchObject({ code: "insufficient" });
});

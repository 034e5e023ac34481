import { fakeClock, serveHandler } from "@relite/core/testing";
import { generateKeyPair, inspectToken, issueDelegation, signerFromKeyPair } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { accessFailure, createEndpointAccess, type Hand } from "./endpoint-access.ts";
import { emptyOrder } from "./password-order.ts";

interface Seen {
  readonly request: string;
  readonly issuer: string | undefined;
  readonly can: string | undefined;
  readonly body: unknown;
}

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status });
const newHand = async (): Promise<Hand> => ({
  signer: await signerFromKeyPair(await generateKeyPair({ extractable: false })),
});

/** An endpoint that gives the same answer to every request outside the files, and notes them. */
async function startEndpoint(answer: () => Response) {
  const seen: Seen[] = [];
  const server = await serveHandler(async (request) => {
    const facts = inspectToken((request.headers.get("authorization") ?? "").replace("Bearer ", ""));
    const text = await request.text();
    const { pathname } = new URL(request.url);
    const [first] = facts?.capabilities ?? [];
    seen.push({
      request: `${request.method} ${pathname}`,
      issuer: facts?.issuerDid,
      can: first === undefined ? undefined : `${first.with} ${first.can}`,
      body: text === "" ? null : JSON.parse(text),
    });
    return request.method === "MKCOL" ? new Response(null, { status: 201 }) : answer();
  });
  const endpoint = {
    baseUrl: server.origin,
    prefix: "/dav",
    audience: "did:web:dav.example",
    mode: "direct",
    appId: "relite",
  } as const;
  const accessOf = (device: Hand, owner: Hand | null = null) =>
    createEndpointAccess({ endpoint, device, owner, clock: fakeClock(), fetch });
  return { seen, origin: server.origin, accessOf, [Symbol.asyncDispose]: () => server.close() };
}

const made = { id: "abcdefgh", username: "abcdefgh", password: "abcdefgh".repeat(5) };
const order = { ...emptyOrder, label: " Reader ", folder: "my notes/2026", days: 20 };

describe("access on the endpoint", () => {
  it("[WAC3] an app password is signed by the owner key where it is here, and its folder is made first", async () => {
    await using server = await startEndpoint(() => json(made, 201));
    const [device, owner] = [await newHand(), await newHand()];
    const told = await server.accessOf(device, owner).createAppPassword(order);
    expect(told).toEqual({
      address: `${server.origin}/dav/apps/files/my%20notes/2026/`,
      username: made.username,
      password: made.password,
    });
    expect(server.seen.map(({ request }) => request)).toEqual([
      "MKCOL /dav/apps/files/my%20notes/",
      "MKCOL /dav/apps/files/my%20notes/2026/",
      "POST /relite/app-passwords",
    ]);
    expect(server.seen[2]).toMatchObject({
      issuer: owner.signer.did,
      can: "access: access/write",
      body: { label: "Reader", ucan: expect.any(String) },
    });
  });

  it("[WAC3] without the owner key the device signs, and cannot outlive its delegation", async () => {
    await using server = await startEndpoint(() => json(made, 201));
    const [device, owner] = [await newHand(), await newHand()];
    const proof = await issueDelegation({
      issuer: owner.signer,
      audienceDid: device.signer.did,
      capabilities: [{ with: "app:*", can: "app/write" }],
      expiresAtSec: Math.floor(fakeClock().nowMs() / 1_000) + 30 * 86_400,
    });
    const access = server.accessOf({ ...device, proof });
    await access.createAppPassword({ ...order, folder: "" });
    expect(server.seen).toMatchObject([{ issuer: device.signer.did }]);
    await expect(access.createAppPassword({ ...order, folder: "", days: 31 })).rejects.toMatchObject({
      reason: "time_bounds",
    });
    expect(server.seen).toHaveLength(1);
  });

  it("[WAC6] a share link is signed as an app password is, and nothing is made for it", async () => {
    const link = "/s/abcdefgh#abcdefghijklmnop";
    await using server = await startEndpoint(() => json({ id: "abcdefgh", link }, 201));
    const [device, owner] = [await newHand(), await newHand()];
    const place = { app: "files", folder: ["my notes"], file: "a.txt" };
    const shared = { place, label: "", days: 7 };
    expect(await server.accessOf(device, owner).createShare(shared)).toBe(server.origin + link);
    expect(server.seen).toMatchObject([
      {
        request: "POST /relite/shares",
        issuer: owner.signer.did,
        can: "access: access/write",
        body: { label: "a.txt", ucan: expect.any(String) },
      },
    ]);
    await server.accessOf(device).revokeShare("abcdefgh");
    expect(server.seen[1]).toMatchObject({
      request: "DELETE /relite/shares/abcdefgh",
      issuer: device.signer.did,
    });
  });

  it.each([{}, { link: 1 }, { link: "https://elsewhere.example/s/a#b" }, { link: "//elsewhere.example" }])(
    "[WAC6] %j is no answer to the making of a link",
    async (body) => {
      await using server = await startEndpoint(() => json(body, 201));
      const place = { app: "files", folder: [], file: null };
      const making = server.accessOf(await newHand()).createShare({ place, label: "x", days: 7 });
      expect(await making.then(() => null, accessFailure)).toMatchObject({ code: "not_relite" });
    },
  );

  it("[WAC3] only bringing a device back takes the owner key; the rest asks as the device", async () => {
    await using server = await startEndpoint(() => new Response(null, { status: 204 }));
    const [device, owner] = [await newHand(), await newHand()];
    const access = server.accessOf(device, owner);
    await access.revokeAppPassword("abcdefgh");
    await access.loseDevice("did:key:z6Mk");
    await access.findDevice("did:key:z6Mk");
    expect(server.seen.map(({ request, issuer }) => [request, issuer])).toEqual([
      ["DELETE /relite/app-passwords/abcdefgh", device.signer.did],
      ["DELETE /relite/devices/did:key:z6Mk", device.signer.did],
      ["PUT /relite/devices/did:key:z6Mk", owner.signer.did],
    ]);
  });

  it("[WAC4] lists are narrowed; another shape is no answer of an endpoint", async () => {
    const row = {
      id: "a",
      label: "x",
      app: "files",
      path: "",
      action: "write",
      expires: "2027-01-01T00:00:00Z",
    };
    await using good = await startEndpoint(() => json({ appPasswords: [{ ...row, lastUsed: null }] }));
    expect(await good.accessOf(await newHand()).appPasswords()).toEqual([
      {
        ...{ id: "a", label: "x", app: "files", path: "", action: "write" },
        expiresMs: Date.UTC(2027, 0, 1),
        lastUsedMs: null,
      },
    ]);
    for (const body of [null, [], {}, { appPasswords: [{}] }, { appPasswords: "x", devices: [{ did: 1 }] }]) {
      await using odd = await startEndpoint(() => json(body));
      const access = odd.accessOf(await newHand());
      for (const ask of [access.appPasswords, access.shares, access.apps, access.devices]) {
        const failure = await ask().then(() => null, accessFailure);
        expect(failure).toEqual({ code: "not_relite", reason: null, message: null });
      }
    }
  });

  it.each([
    [json({ product: "relite-dav" }), true],
    [json({ product: "another" }), false],
    [json(null), false],
    [new Response("<html>"), false],
    [json({ product: "relite-dav" }, 404), false],
  ])("[WAC4] a Relite endpoint is told from others: %#", async (answer, expected) => {
    await using server = await startEndpoint(() => answer);
    expect(await server.accessOf(await newHand()).isRelite()).toBe(expected);
  });

  it("[WAC4] a refusal keeps its code and reason; silence is unreachable", async () => {
    const server = await startEndpoint(() =>
      json({ code: "unauthorized", reason: "revoked", detail: "no" }, 401),
    );
    const access = server.accessOf(await newHand());
    const refused = await access.devices().then(() => null, accessFailure);
    expect(refused).toEqual({ code: "unauthorized", reason: "revoked", message: "no" });
    await server[Symbol.asyncDispose]();
    for (const ask of [access.devices, access.isRelite])
      expect(await ask().then(() => null, accessFailure)).toMatchObject({ code: "unreachable" });
  });
});

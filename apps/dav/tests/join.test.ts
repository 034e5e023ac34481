import { hashInvitationCode } from "@relite/core/crypto";
import { fakeClock } from "@relite/core/testing";
import { audienceOfUrl, issueInvocation, type Signer } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { runInvite, runOwners } from "../src/admin/index.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient, accessRead } from "./access-client.ts";

const profile = { with: "profile:", can: "profile/read" };
type Dav = Pick<TestServer, "server" | "folder">;

async function run(command: typeof runInvite, dav: Dav, ...args: string[]) {
  const out: string[] = [];
  const io = { out: (line: string) => void out.push(line), err() {}, env: {} };
  return { code: await command([...args, "--data", dav.folder], io), text: out.join("\n") };
}

async function invite(dav: Dav, ...args: string[]): Promise<{ id: string; code: string; expiresAt: string }> {
  return JSON.parse((await run(runInvite, dav, "--json", ...args)).text);
}

async function join(
  dav: Dav,
  signer: Signer,
  body: unknown,
  { capabilities = [profile], nowMs = Date.now() } = {},
) {
  const token = await issueInvocation({
    issuer: signer,
    audience: audienceOfUrl(dav.server.url),
    capabilities,
    nowMs,
  });
  const answer = await fetch(`${dav.server.url}/relite/join`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function owners(dav: Dav) {
  return JSON.parse((await run(runOwners, dav, "list", "--json")).text);
}

describe("invitations", () => {
  it("[SH5] a code and a token of the key make an owner, once, with the invitation's quota and name", async () => {
    await using dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "7G" } });
    const { code } = await invite(dav, "--quota", "2G", "--label", "Ben");
    expect(code).toMatch(/^[a-hjkmnp-z2-9]{26}$/);
    const ben = await newSigner();
    expect(
      await join(dav, ben, { code }, { capabilities: [{ with: "app:a", can: "app/read" }] }),
    ).toMatchObject({
      status: 403,
      body: { reason: "insufficient" },
    });
    expect(await join(dav, ben, { code: code.toUpperCase() })).toEqual({
      status: 201,
      body: { did: ben.did },
    });
    expect((await owners(dav))[1]).toMatchObject({
      dids: [ben.did],
      label: "Ben",
      quotaBytes: 2 * 1024 ** 3,
      isAdmin: false,
    });
    expect(await join(dav, await newSigner(), { code })).toMatchObject({
      status: 403,
      body: { reason: "invitation_used" },
    });
    expect(await join(dav, ben, { code })).toMatchObject({
      status: 409,
      body: { reason: "already_enrolled" },
    });
    const { code: plain } = await invite(dav);
    await join(dav, await newSigner(), { code: plain });
    expect((await owners(dav))[2].quotaBytes).toBe(7 * 1024 ** 3);
  });

  it("[SH5] of many who use one code at once, one comes in", async () => {
    await using dav = await startTestServer();
    const { code } = await invite(dav);
    const signers = await Promise.all(Array.from({ length: 8 }, newSigner));
    const answers = await Promise.all(signers.map((signer) => join(dav, signer, { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403, 403, 403, 403]);
    expect(await owners(dav)).toHaveLength(2);
  });

  it("[SH6] an invitation that is unknown, revoked or out of time is refused as such", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startTestServer({ parts: { clock } });
    const signer = await newSigner();
    expect(await join(dav, signer, { code: "a".repeat(26) })).toMatchObject({
      status: 403,
      body: { reason: "invitation_unknown" },
    });
    const revoked = await invite(dav);
    expect((await run(runInvite, dav, "revoke", revoked.id)).code).toBe(0);
    expect((await run(runInvite, dav, "revoke", revoked.id)).code).toBe(1);
    expect(await join(dav, signer, { code: revoked.code })).toMatchObject({
      body: { reason: "invitation_revoked" },
    });
    const late = await invite(dav, "--days", "1");
    clock.set(clock.nowMs() + 2 * 86_400_000);
    expect(await join(dav, signer, { code: late.code }, { nowMs: clock.nowMs() })).toMatchObject({
      body: { reason: "invitation_expired" },
    });
    expect((await run(runInvite, dav, "list")).text).toMatch(/revoked, ends|open, ends/);
    expect(await owners(dav)).toHaveLength(1);
  });

  it("[SH7] wrong codes are counted by address, and never keep a right one out", async () => {
    await using dav = await startTestServer();
    const { code } = await invite(dav);
    const signer = await newSigner();
    for (let index = 0; index < 10; index += 1)
      expect((await join(dav, signer, { code: `guess-${index}` })).status).toBe(403);
    expect((await join(dav, signer, { code: "guess" })).status).toBe(429);
    expect((await join(dav, signer, { code })).status).toBe(201);
  });

  it("[SH8] open registration needs a quota, is limited by address and by number, and never makes an administrator", async () => {
    await expect(startTestServer({ env: { DAV_REGISTRATION: "open" } })).rejects.toThrow("DAV_QUOTA_DEFAULT");
    const env = { DAV_REGISTRATION: "open", DAV_QUOTA_DEFAULT: "1G", DAV_MAX_OWNERS: "3" };
    await using dav = await startTestServer({ env });
    expect(await (await fetch(`${dav.server.url}/relite/info`)).json()).toMatchObject({
      registration: "open",
    });
    expect((await join(dav, await newSigner(), {})).status).toBe(201);
    expect((await join(dav, await newSigner(), {})).status).toBe(201);
    expect(await join(dav, await newSigner(), {})).toMatchObject({
      status: 403,
      body: { reason: "owners_full" },
    });
    await join(dav, await newSigner(), {});
    await join(dav, await newSigner(), {});
    expect((await join(dav, await newSigner(), {})).status).toBe(429);
    expect(await owners(dav)).toMatchObject([
      { isAdmin: true },
      { isAdmin: false, quotaBytes: 1024 ** 3 },
      { isAdmin: false, quotaBytes: 1024 ** 3 },
    ]);
  });

  it("[SH8] without open registration a code is needed, and closed takes nobody", async () => {
    await using dav = await startTestServer();
    expect(await join(dav, await newSigner(), {})).toMatchObject({
      status: 403,
      body: { reason: "invitation_needed" },
    });
    await using closed = await startTestServer({ env: { DAV_REGISTRATION: "closed" } });
    const { code } = await invite(closed);
    expect(await join(closed, await newSigner(), { code })).toMatchObject({
      status: 403,
      body: { reason: "registration_closed" },
    });
  });

  it.each([
    ["no JSON", { body: "x", type: "text/plain" }, 415],
    ["broken JSON", { body: "{" }, 400],
    ["an array", { body: "[]" }, 400],
    ["a code that is no text", { body: '{"code":1}' }, 400],
    ["an empty code", { body: '{"code":""}' }, 400],
    ["a code without end", { body: JSON.stringify({ code: "x".repeat(201) }) }, 400],
    ["a large body", { body: JSON.stringify({ code: "x".repeat(20_000) }) }, 413],
    ["another method", { method: "PUT", body: "{}" }, 405],
  ])(
    "[SH6] a join with %s is refused",
    async (_name, { body, type = "application/json", method = "POST" }: Sent, status) => {
      await using dav = await startTestServer();
      const answer = await fetch(`${dav.server.url}/relite/join`, {
        method,
        headers: { "Content-Type": type },
        body,
      });
      expect(answer.status).toBe(status);
    },
  );
});

describe("invitations over HTTP", () => {
  it("[SH18] an administrator makes them, sees them without their codes, and takes them back", async () => {
    await using dav = await startTestServer();
    const { ask } = accessClient(dav);
    const order = { label: "Ben", quotaBytes: 1024, days: 3 };
    const made = await (await ask("POST", "/relite/invitations", order)).json();
    expect(made).toMatchObject({
      label: "Ben",
      quotaBytes: 1024,
      code: expect.stringMatching(/^[a-z2-9]{26}$/),
    });
    expect((await join(dav, await newSigner(), { code: made.code })).status).toBe(201);
    const listed = await (await ask("GET", "/relite/invitations")).text();
    expect(listed).not.toContain(made.code);
    expect(JSON.parse(listed).invitations).toMatchObject([{ id: made.id, state: "used" }]);
    const other = await (await ask("POST", "/relite/invitations", {})).json();
    expect((await ask("DELETE", `/relite/invitations/${made.id}`)).status).toBe(404);
    expect((await ask("DELETE", `/relite/invitations/${other.id}`)).status).toBe(204);
    expect(await join(dav, await newSigner(), { code: other.code })).toMatchObject({
      body: { reason: "invitation_revoked" },
    });
  });

  it("[SH18] one code, made elsewhere, opens this server too, which learns its hash only", async () => {
    await using dav = await startTestServer();
    const { ask } = accessClient(dav);
    const code = "abcdefghjkmnpqrstuvwxyz234";
    const order = { codeHash: await hashInvitationCode(code), id: "chosen-by-the-maker" };
    const made = await (await ask("POST", "/relite/invitations", order)).json();
    expect(made).not.toHaveProperty("code");
    expect(made.id).toBe("chosen-by-the-maker");
    expect((await ask("POST", "/relite/invitations", order)).status).toBe(409);
    expect((await join(dav, await newSigner(), { code })).status).toBe(201);
  });

  it("[SH18] nobody else makes them: not a member, not a token that lacks the right, not while closed", async () => {
    await using dav = await startTestServer();
    const { ask } = accessClient(dav);
    const member = await newSigner();
    await join(dav, member, { code: (await invite(dav)).code });
    for (const [method, path] of [
      ["GET", ""],
      ["POST", ""],
      ["DELETE", "/x"],
    ] as const) {
      const refused = await ask(method, `/relite/invitations${path}`, method === "POST" ? {} : undefined, {
        signer: member,
      });
      expect([refused.status, (await refused.json()).reason]).toEqual([403, "administrator_only"]);
    }
    const weak = { capabilities: [accessRead] };
    expect((await ask("POST", "/relite/invitations", {}, weak)).status).toBe(403);
    expect((await ask("GET", "/relite/invitations", undefined, weak)).status).toBe(200);
    const bodies = [
      [],
      1,
      { days: 0 },
      { days: 91 },
      { days: 1.5 },
      { quotaBytes: -1 },
      { label: 1 },
      { more: 1 },
      { codeHash: "x" },
      { id: "a/b/c/d/e" },
      { id: "" },
    ];
    for (const body of bodies) expect((await ask("POST", "/relite/invitations", body)).status).toBe(400);
    await using closed = await startTestServer({ env: { DAV_REGISTRATION: "closed" } });
    expect((await accessClient(closed).ask("POST", "/relite/invitations", {})).status).toBe(403);
  });
});

interface Sent {
  readonly body: string;
  readonly type?: string;
  readonly method?: string;
}

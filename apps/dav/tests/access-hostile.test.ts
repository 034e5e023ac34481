import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import type { Logger } from "@relite/core/log";
import { fakeClock } from "@relite/core/testing";
import { issueRevocation } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { hashSecret, isSecretOf, newSecret, readAppPassword } from "../src/access/secret.ts";
import { sweepAccess } from "../src/access/sweep.ts";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";
import { accessClient, daySec, fixedAudience } from "./access-client.ts";

/** The right id with another secret. */
const guessOf = (password: string, tries = 0) =>
  `${password.slice(0, 8)}${String((tries % 6) + 2).repeat(32)}`;

/** A PROPFIND with `Basic` from another address of this machine. */
function statusFrom(address: string, dav: TestServer, password: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const authorization = `Basic ${Buffer.from(`me:${password}`).toString("base64")}`;
    const sent = request(
      {
        host: "127.0.0.1",
        port: dav.server.port,
        localAddress: address,
        method: "PROPFIND",
        path: "/dav/apps/test/",
        headers: { Authorization: authorization, Depth: "0" },
        agent: false,
      },
      (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.on("error", reject).end();
  });
}

async function statuses(count: number, ask: (index: number) => Promise<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index += 1) all.push(await ask(index));
  return all;
}

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

describe("guessing", () => {
  it("[AC13] is held up after 20 failures, at this address and for this app password; the right one waits too", async () => {
    const clock = fakeClock(Date.now());
    await using dav = await startTestServer({ parts: { clock } });
    const { basic, create, ucan } = accessClient(dav);
    const [first, second] = [await create({ ucan: await ucan() }), await create({ ucan: await ucan() })];
    const guess = async (index: number) =>
      (await basic(guessOf(first.password, index), "PROPFIND", "")).status;
    expect(await statuses(22, guess)).toEqual([...times(20, 401), 429, 429]);
    const held = await basic(first.password, "PROPFIND", "");
    expect([held.status, (await held.json()).reason, held.headers.get("retry-after")]).toEqual([
      429,
      "too_many_guesses",
      "3",
    ]);
    expect((await basic(second.password, "PROPFIND", "")).status).toBe(207);
    expect(await statusFrom("127.0.0.2", dav, first.password)).toBe(207);
    clock.set(clock.nowMs() + 4_000);
    expect((await basic(first.password, "PROPFIND", "")).status).toBe(207);
  });

  it("[AC13] does not hold up who was let in from the same address before", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const { password } = await create({ ucan: await ucan() });
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
    const guess = async (index: number) => (await basic(guessOf(password, index), "PROPFIND", "")).status;
    expect(await statuses(25, guess)).toEqual(times(25, 401));
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
  });

  it("[AC13] at ids that are none, and with words that are no app password, counts per address alone", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const { password } = await create({ ucan: await ucan() });
    const word = async (index: number) =>
      (await basic(index % 2 === 0 ? `hunter${index}` : "a".repeat(40), "PROPFIND", "")).status;
    expect(await statuses(22, word)).toEqual([...times(20, 401), 429, 429]);
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
    expect((await dav.request("PROPFIND", "")).status).toBe(207);
  });

  it("[AC13] learns nothing from the answers: an unknown id and a wrong secret are told alike", async () => {
    await using dav = await startTestServer();
    const { basic, create, ucan } = accessClient(dav);
    const { password } = await create({ ucan: await ucan() });
    const told = async (guess: string) => {
      const answer = await basic(guess, "PROPFIND", "");
      const { requestId, ...body } = await answer.json();
      const headers = Object.fromEntries(answer.headers);
      return {
        status: answer.status,
        body,
        challenge: headers["www-authenticate"],
        known: requestId !== undefined,
      };
    };
    const known = await told(guessOf(password));
    expect(known).toMatchObject({ status: 401, body: { reason: "wrong_password" } });
    expect(await told(guessOf("abcdefgh"))).toEqual(known);
  });

  it("[AC13] compares whole digests: no prefix, no other length, no other case of the hash is taken", () => {
    const { secret } = newSecret((count) => new Uint8Array(count).fill(7));
    const kept = hashSecret(secret);
    expect(isSecretOf(secret, kept)).toBe(true);
    for (const wrong of [secret.slice(1), `${secret}a`, "", secret.replace(/.$/, "7"), kept])
      expect(isSecretOf(wrong, kept)).toBe(false);
    for (const hash of ["", kept.slice(2), kept.toUpperCase(), "0".repeat(64)])
      expect(isSecretOf(secret, hash)).toBe(false);
  });

  it.each([
    "",
    "a",
    "a".repeat(39),
    "a".repeat(41),
    `${"a".repeat(39)}1`,
    `${"a".repeat(39)}é`,
    `${"a".repeat(20)} ${"a".repeat(20)}`,
  ])("[AC13] %j is no app password", (text) => expect(readAppPassword(text)).toBeNull());

  it("[AC13] secrets are 20 bytes of chance, in 40 letters and digits with their id", () => {
    const { id, secret } = newSecret((count) =>
      Uint8Array.from({ length: count }, (_, index) => 255 - index),
    );
    expect([id, secret]).toEqual([
      expect.stringMatching(/^[a-z2-7]{8}$/),
      expect.stringMatching(/^[a-z2-7]{32}$/),
    ]);
    expect(readAppPassword(` ${id}${secret}\n`.toUpperCase())).toEqual({ id, secret });
  });
});

describe("secrets", () => {
  it("[AC14] are in no file, log line, audit line or answer", async () => {
    const lines: string[] = [];
    const note = (...told: unknown[]) => void lines.push(JSON.stringify(told));
    const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
    const audit = { write: note, close: async () => {} };
    await using dav = await startTestServer({ parts: { log, audit } });
    const { ask, basic, create, ucan } = accessClient(dav);
    const stored = await ucan();
    const { id, password } = await create({ ucan: stored, label: "planted" });
    const answers: string[] = [];
    const keep = async (answer: Response) =>
      void answers.push(JSON.stringify([...answer.headers]) + (await answer.text()));
    await keep(await basic(password, "PUT", "f", { body: "x" }));
    await keep(await basic(password, "PUT", "/dav/apps/other/f", { body: "x" }));
    await keep(await basic(guessOf(password), "PUT", "f", { body: "x" }));
    await keep(await basic(password, "PUT", "/dav/%", { body: "x" }));
    await keep(await ask("GET", "/relite/app-passwords"));
    await keep(await ask("POST", "/relite/app-passwords", { ucan: stored }));
    await keep(await ask("DELETE", `/relite/app-passwords/${id}`));
    await keep(await basic(password, "PUT", "f", { body: "x" }));
    expect(lines.join("")).toContain(`"credential":"${id}"`);
    expect(lines.filter((line) => line.includes(`"subject":"${id}"`))).toHaveLength(4);
    const secret = password.slice(8);
    for (const text of [...lines, ...answers]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(stored.slice(-40));
    }
    for (const file of await readdir(dav.folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name), "latin1");
      expect(bytes.includes(secret)).toBe(false);
    }
  });
});

describe("several connections, and clocks", () => {
  it("[AC15] what one connection revokes, every other refuses with its next question", async () => {
    await using dav = await startTestServer();
    const { create, ucan } = accessClient(dav);
    const stored = await ucan();
    const { id } = await create({ ucan: stored });
    const config = readConfig({ DAV_DATA_DIR: dav.folder });
    const [one, two] = [await openStorage(config), await openStorage(config)];
    try {
      const [rootDid, owner] = [dav.owner.did, one.owners.idOf(dav.owner.did) ?? 0];
      const device = "did:key:zDevice";
      const query = { rootDid, tokenIds: ["leaf", "root"], issuerDids: [device, rootDid] };
      const isRevoked = () => [one.revocations.isRevoked(query), two.revocations.isRevoked(query)];
      expect(isRevoked()).toEqual([false, false]);
      await one.revocations.loseDevice(owner, device, rootDid);
      expect(isRevoked()).toEqual([true, true]);
      await two.revocations.findDevice(owner, device);
      expect(isRevoked()).toEqual([false, false]);
      const expiresMs = Date.now() + 1_000;
      await two.revocations.add({
        tokenId: "root",
        cid: "b",
        owner,
        issuer: rootDid,
        challenge: null,
        expiresMs,
      });
      expect(isRevoked()).toEqual([true, true]);
      expect(two.credentials.find(id)?.isRevoked).toBe(false);
      await one.credentials.revoke(owner, "app-password", id);
      expect(two.credentials.find(id)).toMatchObject({ isRevoked: true, token: "" });
    } finally {
      one.db.close();
      two.db.close();
    }
  });

  it("[AC15] fsck finds a credential or a count of revocations that is not as it was written", async () => {
    await using dav = await startTestServer();
    const { create, ucan } = accessClient(dav);
    const { id } = await create({ ucan: await ucan() });
    const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
    try {
      expect((await checkStorage(storage)).problems).toEqual([]);
      storage.db.exec("UPDATE credentials SET token = ''; DELETE FROM access_revision");
      const { problems } = await checkStorage(storage);
      const subjects = [`app-password ${id}`, "the count of revocations is missing"];
      expect(problems.map(({ subject }) => subject)).toEqual(subjects);
    } finally {
      storage.db.close();
    }
  });

  it("[AC15] many that use and revoke one app password at once leave it revoked, and nothing else", async () => {
    await using dav = await startTestServer();
    const { ask, basic, create, ucan } = accessClient(dav);
    const { id, password } = await create({ ucan: await ucan() });
    const uses = Array.from({ length: 20 }, async (_, index) =>
      index % 5 === 4
        ? (await ask("DELETE", `/relite/app-passwords/${id}`)).status
        : (await basic(password, "PROPFIND", "")).status,
    );
    const all = await Promise.all(uses);
    expect(all.filter((status) => status === 204)).toHaveLength(1);
    expect(all.every((status) => [204, 207, 401, 404].includes(status))).toBe(true);
    expect((await basic(password, "PROPFIND", "")).status).toBe(401);
  });

  /** An app password for two days that was good, and whose UCAN was then revoked. */
  async function revokedPassword(dav: TestServer, nowMs: number): Promise<string> {
    const { basic, create, ucan, ask } = accessClient(dav, fixedAudience);
    const stored = await ucan({ days: 2, nowMs });
    const { password } = await create({ ucan: stored }, { nowMs });
    expect((await basic(password, "PROPFIND", "")).status).toBe(207);
    const record = await issueRevocation(dav.owner, stored);
    expect((await ask("POST", "/relite/revocations", record, { nowMs })).status).toBe(201);
    return password;
  }

  it("[AC16] what is revoked stays so when the clock is set back, and is forgotten a month after its end", async () => {
    const clock = fakeClock(Date.now());
    const setup = { env: { DAV_AUDIENCES: fixedAudience }, parts: { clock } };
    await using dav = await startTestServer(setup);
    const { basic } = accessClient(dav, fixedAudience);
    const startMs = clock.nowMs();
    const password = await revokedPassword(dav, startMs);
    const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
    try {
      clock.set(startMs + 20 * daySec * 1_000);
      expect(await sweepAccess(storage, clock.nowMs())).toBe(0);
      clock.set(startMs + daySec * 1_000);
      const refused = await basic(password, "PROPFIND", "");
      expect([refused.status, (await refused.json()).reason]).toEqual([401, "revoked"]);
      clock.set(startMs - 400 * daySec * 1_000);
      expect((await basic(password, "PROPFIND", "")).status).toBe(401);
      expect(await sweepAccess(storage, startMs + 33 * daySec * 1_000)).toBe(2);
    } finally {
      storage.db.close();
    }
  });

  it("[AC16] a machine that starts years ahead, and is then set right, has forgotten no revocation and no upload", async () => {
    const clock = fakeClock(Date.now());
    const setup = { env: { DAV_AUDIENCES: fixedAudience }, parts: { clock } };
    await using dav = await startTestServer(setup);
    const { basic, ask } = accessClient(dav, fixedAudience);
    const startMs = clock.nowMs();
    const password = await revokedPassword(dav, startMs);
    const upload = "/dav/uploads/test/t";
    const asWriter = { nowMs: startMs, capabilities: [{ with: "app:test", can: "app/write" }] } as const;
    expect((await ask("MKCOL", upload, undefined, asWriter)).status).toBe(201);
    clock.set(startMs + 10 * 365 * daySec * 1_000);
    await dav.restart();
    for (let minute = 0; minute < 12; minute += 1) {
      await clock.advance(60_000);
      for (let count = 0; count < 5; count += 1) await fetch(`${dav.server.url}/readyz`);
    }
    clock.set(startMs);
    const refused = await basic(password, "PROPFIND", "");
    expect([refused.status, (await refused.json()).reason]).toEqual([401, "revoked"]);
    expect((await ask("PROPFIND", upload, undefined, asWriter)).status).toBe(207);
  });
});

import { readdir, readFile } from "node:fs/promises";
import { problemOf } from "@relite/core/api-client";
import { serveHandler } from "@relite/core/testing";
import { describe, expect, test } from "vitest";
import { claimed, invited, startTestApi, type TestApi } from "./api-under-test.ts";
import { connected, credentials, remoteBooks } from "./remote-books.ts";

describe("connections", () => {
  test("[CN2] are checked before they are stored, and the refusal says why", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi();
    const { client } = await claimed(api);
    const tryOut = (url: string, auth: Parameters<typeof client.connections.create.mutate>[0]["auth"]) =>
      client.connections.create.mutate({ name: "NAS", url, auth }).then(() => "stored", problemOf);
    const wrong = { ...credentials, password: "wrong-pl4nted" };
    expect(await tryOut(remote.url, wrong)).toMatchObject({
      code: "upstream_failed",
      reason: "credentials_refused",
    });
    expect(await tryOut(remote.url, { kind: "bearer", token: "x" })).toMatchObject({
      reason: "credentials_refused",
    });
    expect(await tryOut("http://127.0.0.1:1/", credentials)).toMatchObject({ reason: "connection_refused" });
    expect(await tryOut("http://169.254.169.254/", credentials)).toMatchObject({
      code: "forbidden",
      reason: "address_refused",
    });
    for (const url of ["ftp://nas/", "nas", "http://u:p@127.0.0.1/", "http://127.0.0.1/?x=1", "file:///etc"])
      expect(await tryOut(url, credentials), url).toMatchObject({ code: "bad_request" });
    expect((await client.connections.list.query()).items).toEqual([]);
    expect(remote.remote.requests.every(({ depth }) => depth === "0" || depth === null)).toBe(true);
  });

  test("[CN2] keep their secret when it is left out, and never take it to another host or port", async () => {
    await using remote = await remoteBooks();
    await using elsewhere = await remoteBooks();
    await using api = await startTestApi();
    const { client, connection } = await connected(api, remote.url);
    const { id } = connection;
    expect(await client.connections.update.mutate({ id, name: "Cellar" })).toMatchObject({ name: "Cellar" });
    expect(await client.connections.check.mutate({ id })).toMatchObject({ ok: true, failure: null });
    const moved = await client.connections.update.mutate({ id, url: elsewhere.url }).catch(problemOf);
    expect(moved).toMatchObject({ code: "bad_request", reason: "secret_required" });
    expect(elsewhere.remote.requests).toEqual([]);
    expect((await client.connections.get.query({ id })).url).toBe(remote.url);
  });

  test("[CN6] stop and say so when the credentials are refused later", async () => {
    let isChanged = false;
    await using remote = await remoteBooks();
    await using gate = await serveHandler(async (request) =>
      isChanged ? new Response(null, { status: 401 }) : remote.remote.handle(request),
    );
    await using api = await startTestApi();
    const { client, connection } = await connected(api, `${gate.origin}/dav/`);
    isChanged = true;
    const { jobId } = await client.connections.sync.mutate({ id: connection.id });
    await api.server.drain();
    expect(await client.jobs.get.query({ id: jobId })).toMatchObject({
      status: "failed",
      failure: { code: "upstream_failed", reason: "credentials_refused" },
    });
    expect(await client.connections.get.query({ id: connection.id })).toMatchObject({
      status: "stopped",
      failure: { reason: "credentials_refused" },
      nextSyncAt: null,
      books: { present: 4, missing: 0 },
    });
  });

  test("[CN1] and everything below them do not exist for anybody else", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi({ RELITE_WEB_DAV_ALLOW_PRIVATE: "true" });
    const { owner, client, connection } = await connected(api, remote.url);
    const ben = (await invited(api, owner)).client;
    const { id } = connection;
    const [job] = (await client.jobs.list.query({})).items;
    const [book] = (await client.books.list.query({})).items;
    const [invitation] = (await client.invitations.list.query()).items;
    const jobId = job?.id ?? "";
    const bookId = book?.id ?? "";
    const attempts: readonly Promise<unknown>[] = [
      ben.connections.get.query({ id }),
      ben.connections.update.mutate({ id, name: "Mine" }),
      ben.connections.delete.mutate({ id }),
      ben.connections.check.mutate({ id }),
      ben.connections.sync.mutate({ id }),
      ben.books.get.query({ id: bookId }),
      ben.books.setReadState.mutate({ id: bookId, readState: "finished" }),
      ben.jobs.get.query({ id: jobId }),
      ben.jobs.cancel.mutate({ id: jobId }),
      ben.proposals.decide.mutate({ id: jobId, accept: true }),
      ben.invitations.revoke.mutate({ id: invitation?.id ?? "" }),
    ];
    const refused = await Promise.all(attempts.map((attempt) => attempt.catch(problemOf)));
    for (const problem of refused) expect(problem).toMatchObject({ code: "not_found", reason: null });
    const told = async (asked: string) => {
      const { requestId: _, ...problem } = await ben.connections.get
        .query({ id: asked })
        .then(() => problemOf("found"), problemOf);
      return problem;
    };
    expect(await told(id)).toEqual(await told("unknown"));
    expect(await ben.connections.list.query()).toEqual({ items: [] });
    expect(await ben.books.list.query({ connectionId: id })).toMatchObject({ items: [], total: 0 });
    expect(await ben.jobs.list.query({ connectionId: id })).toMatchObject({ items: [] });
    expect(await ben.proposals.list.query({ connectionId: id })).toEqual({ items: [] });
    expect(await client.connections.get.query({ id })).toMatchObject({ name: "NAS", books: { present: 4 } });
    expect(await client.books.get.query({ id: bookId })).toMatchObject({ readState: "unread" });
  });

  test("[CN3] secrets are sealed at rest, survive a new key with the old one at hand, and are sealed again as used", async () => {
    await using remote = await remoteBooks();
    const [first, second] = ["11".repeat(32), "22".repeat(32)];
    await using api = await startTestApi({ RELITE_WEB_DAV_KEY: first });
    const { owner, connection } = await connected(api, remote.url);
    const restart = async (
      env: Readonly<Record<string, string>>,
      work: (again: TestApi) => Promise<void>,
    ) => {
      const again = await startTestApi({ RELITE_DATA_DIR: api.dataDir, ...env });
      try {
        await work(again);
      } finally {
        await again.server.close();
      }
    };
    await api.server.close();
    const check = async (again: TestApi) => {
      const client = again.clientOf(owner.signer);
      return client.connections.check.mutate({ id: connection.id });
    };
    await restart({ RELITE_WEB_DAV_KEY: second, RELITE_WEB_DAV_KEY_PREVIOUS: first }, async (again) => {
      expect(await check(again)).toMatchObject({ ok: true });
    });
    await restart({ RELITE_WEB_DAV_KEY: second }, async (again) => {
      expect(await check(again)).toMatchObject({ ok: true });
    });
    await restart({ RELITE_WEB_DAV_KEY: "33".repeat(32) }, async (again) => {
      expect(await check(again)).toMatchObject({ ok: false, failure: { code: expect.any(String) } });
    });
    const files = await readdir(`${api.dataDir}/api`);
    for (const name of files)
      expect((await readFile(`${api.dataDir}/api/${name}`)).includes("pl4nted"), name).toBe(false);
  });
});

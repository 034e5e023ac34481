import { readdir, readFile } from "node:fs/promises";
import { problemOf } from "@relite/core/api-client";
import { createRemoteDav, createRemoteTree, serveHandler } from "@relite/core/testing";
import { describe, expect, test } from "vitest";
import { claimed, invited, startTestApi, type TestApi } from "./api-under-test.ts";
import { signalOnce } from "./web-servers.ts";

const credentials = { kind: "basic", username: "anna", password: "pl4nted-päßword" } as const;
const authorization = `Basic ${Buffer.from("anna:pl4nted-päßword").toString("base64")}`;

async function remoteBooks(options: Partial<Parameters<typeof createRemoteDav>[0]> = {}) {
  const tree = createRemoteTree();
  for (const path of [
    "Novels/Zebra 10.epub",
    "Novels/Zebra 2.epub",
    "三体/三体 第一部.pdf",
    "notes.txt",
    "cover.jpg",
  ])
    tree.putFile(path, { sizeBytes: 1_000 });
  const remote = createRemoteDav({ tree, authorization, ...options });
  const server = await serveHandler(remote.handle);
  return { tree, remote, server, url: `${server.origin}/dav/`, [Symbol.asyncDispose]: () => server.close() };
}

async function connected(api: TestApi, url: string) {
  const owner = await claimed(api);
  const connection = await owner.client.connections.create.mutate({ name: "NAS", url, auth: credentials });
  await api.server.drain();
  return { owner, connection, client: owner.client };
}

describe("a book on a foreign server appears in my library", () => {
  test("[LA1] create probes once, the sync fills the library, search, filter and paging find it", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi();
    const { client, connection } = await connected(api, remote.url);
    expect(connection).toMatchObject({
      name: "NAS",
      url: remote.url,
      auth: { kind: "basic", username: "anna" },
    });
    expect(JSON.stringify(connection)).not.toContain("pl4nted");
    const after = await client.connections.get.query({ id: connection.id });
    expect(after).toMatchObject({
      status: "ok",
      failure: null,
      books: { present: 4, missing: 0 },
      activeJobId: null,
    });
    const titles = async (query: Parameters<typeof client.books.list.query>[0]) =>
      (await client.books.list.query(query)).items.map(({ title }) => title);
    expect(await titles({ sort: "title" })).toEqual(["notes", "Zebra 2", "Zebra 10", "三体 第一部"]);
    expect(await titles({ search: "ZÉBRA 2" })).toEqual(["Zebra 2"]);
    expect(await titles({ search: "三体" })).toEqual(["三体 第一部"]);
    expect(await titles({ formats: ["pdf", "txt"] })).toEqual(["notes", "三体 第一部"]);
    const paged: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await client.books.list.query({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.items.map(({ path }) => path));
      expect(page.total).toBe(cursor === undefined ? 4 : null);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(new Set(paged).size).toBe(4);
    const [book] = (await client.books.list.query({ search: "notes" })).items;
    const read = await client.books.setReadState.mutate({ id: book?.id ?? "", readState: "reading" });
    expect(await client.books.get.query({ id: read.id })).toMatchObject({
      readState: "reading",
      path: "notes.txt",
    });
    expect(await titles({ readStates: ["reading"] })).toEqual(["notes"]);
  });

  test("[LA2] a manual sync answers at once with a job that can be watched to its end", async () => {
    const release = signalOnce();
    const asked = signalOnce();
    let isHeld = false;
    await using remote = await remoteBooks();
    await using slow = await serveHandler(async (request) => {
      if (isHeld) {
        asked.tell();
        await release.happened;
      }
      return remote.remote.handle(request);
    });
    await using api = await startTestApi();
    const { client, connection, owner } = await connected(api, `${slow.origin}/dav/`);
    isHeld = true;
    const token = await api.tokenOf(owner.signer);
    const answer = await fetch(`${api.url}/api/webdav/${connection.id}/sync`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(202);
    const { jobId } = await client.connections.sync.mutate({ id: connection.id });
    expect(await answer.json()).toEqual({ jobId });
    await asked.happened;
    expect((await client.connections.get.query({ id: connection.id })).activeJobId).toBe(jobId);
    const statuses = await new Promise<readonly string[]>((resolve, reject) => {
      const seen: string[] = [];
      const watching = client.jobs.watch.subscribe(
        { id: jobId },
        {
          onData: ({ id, data }) => {
            expect(id).toBe(`${jobId}.${data.revision}`);
            seen.push(data.status);
            release.tell();
          },
          onComplete: () => resolve(seen),
          onError: reject,
        },
      );
      expect(watching).toBeDefined();
    });
    expect(statuses[0]).toBe("running");
    expect(statuses.at(-1)).toBe("done");
    expect(await client.jobs.get.query({ id: jobId })).toMatchObject({
      status: "done",
      progress: { files: 5, added: 0, missing: 0 },
      failure: null,
    });
  });

  test("[LA3] a watch resumes after the revision the listener has, and one for all jobs goes on", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi();
    const { client, connection, owner } = await connected(api, remote.url);
    const [job] = (await client.jobs.list.query({})).items;
    const token = await api.tokenOf(owner.signer);
    const watch = async (input: object, lastEventId: string, stopAfter = 100) => {
      const stop = new AbortController();
      const url = `${api.url}/api/trpc/jobs.watch?input=${encodeURIComponent(JSON.stringify(input))}`;
      const headers = { authorization: `Bearer ${token}`, "last-event-id": lastEventId };
      const answer = await fetch(url, { headers, signal: stop.signal });
      expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
      const ids: string[] = [];
      let text = "";
      for await (const piece of answer.body ?? []) {
        text += Buffer.from(piece).toString();
        ids.splice(0, ids.length, ...[...text.matchAll(/^id: (.+)$/gm)].map((match) => match[1] ?? ""));
        if (ids.length >= stopAfter) break;
      }
      stop.abort();
      return ids;
    };
    expect(job).toBeDefined();
    const last = `${job?.id}.${job?.revision}`;
    expect(await watch({ id: job?.id }, "")).toEqual([last]);
    expect(await watch({ id: job?.id }, last)).toEqual([]);
    expect(await watch({ id: job?.id }, `${job?.id}.0`)).toEqual([last]);
    const all = watch({}, last, 1);
    const { jobId } = await client.connections.sync.mutate({ id: connection.id });
    const ids = await all;
    expect(ids[0]?.startsWith(`${jobId}.`)).toBe(true);
  });

  test("[LA6] a running sync is cancelled, and the next one goes on", async () => {
    const asked = signalOnce();
    let isHeld = false;
    await using remote = await remoteBooks();
    await using slow = await serveHandler((request) => {
      if (!isHeld) return remote.remote.handle(request);
      asked.tell();
      return new Promise(() => undefined);
    });
    await using api = await startTestApi();
    const { client, connection } = await connected(api, `${slow.origin}/dav/`);
    isHeld = true;
    const { jobId } = await client.connections.sync.mutate({ id: connection.id });
    await asked.happened;
    expect(await client.jobs.cancel.mutate({ id: jobId })).toMatchObject({ cancelRequested: true });
    await api.server.drain();
    expect(await client.jobs.get.query({ id: jobId })).toMatchObject({ status: "cancelled", failure: null });
    isHeld = false;
    const next = await client.connections.sync.mutate({ id: connection.id });
    expect(next.jobId).not.toBe(jobId);
    await api.server.drain();
    expect(await client.jobs.get.query({ id: next.jobId })).toMatchObject({ status: "done" });
    expect(await client.jobs.cancel.mutate({ id: next.jobId })).toMatchObject({ status: "done" });
  });

  test("[LA4] what vanished is missing after the server said so, and comes back with its reading state", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi();
    const { client, connection } = await connected(api, remote.url);
    const [book] = (await client.books.list.query({ search: "notes" })).items;
    const id = book?.id ?? "";
    await client.books.setReadState.mutate({ id, readState: "finished" });
    const syncOnce = async () => {
      await client.connections.sync.mutate({ id: connection.id });
      await api.server.drain();
      return client.books.get.query({ id });
    };
    remote.tree.remove("notes.txt");
    expect((await syncOnce()).state).toBe("missing");
    remote.tree.putFile("notes.txt", { sizeBytes: 1_000 });
    expect(await syncOnce()).toMatchObject({ state: "present", readState: "finished" });
  });

  test("[LA5] an empty root waits for its user as a proposal, and nothing changes until it is decided", async () => {
    await using remote = await remoteBooks();
    await using api = await startTestApi();
    const { client, connection } = await connected(api, remote.url);
    for (const path of remote.tree.files()) remote.tree.remove(path);
    for (const path of remote.tree.folders()) if (path !== "") remote.tree.remove(path);
    const syncOnce = async () => {
      await client.connections.sync.mutate({ id: connection.id });
      await api.server.drain();
    };
    await syncOnce();
    const [proposal] = (await client.proposals.list.query({ status: "open" })).items;
    expect(proposal).toMatchObject({
      kind: "root_empty",
      vanished: 4,
      known: 4,
      connectionId: connection.id,
    });
    expect((await client.books.list.query({ states: ["missing"] })).items).toEqual([]);
    const decided = await client.proposals.decide.mutate({ id: proposal?.id ?? "", accept: true });
    expect(decided.status).toBe("accepted");
    expect((await client.books.list.query({ states: ["missing"] })).items).toHaveLength(4);
    await expect(
      client.proposals.decide.mutate({ id: proposal?.id ?? "", accept: true }),
    ).rejects.toMatchObject({
      data: { code: "not_found" },
    });
  });
});

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

import { serveHandler } from "@relite/core/testing";
import { describe, expect, test } from "vitest";
import { startTestApi } from "./api-under-test.ts";
import { connected, remoteBooks } from "./remote-books.ts";
import { signalOnce } from "./web-servers.ts";

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

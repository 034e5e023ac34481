import { expect, it } from "vitest";
import {
  createRemoteDav,
  createRemoteTree,
  type Lie,
  type RemoteQuirks,
  serveHandler,
} from "../testing/index.ts";
import { createDavClient, type DavClient, type DavEntry, type DavLimits } from "./index.ts";

const awkward = [
  "plain.epub",
  "with space & plus+.epub",
  "100% #1? yes; (really) 'quoted' \"twice\".epub",
  "%41%2e.epub",
  "三体 – 刘慈欣.epub",
  "e\u0301te\u0301 (NFD).pdf",
  "\u00e9t\u00e9 (NFC).pdf",
  "🙂 emoji 🏳️‍🌈.cbz",
  "semi;colon=1,2@3:4.txt",
  "back\\slash.txt",
  "<angle>&amp;.txt",
  `${"n".repeat(250)}.txt`,
  ".hidden",
  "~tilde..txt",
];

const withServer = async (
  options: {
    quirks?: RemoteQuirks;
    lie?: () => Lie | null;
    authorization?: string;
    limits?: Partial<DavLimits>;
  },
  work: (client: DavClient) => Promise<void>,
) => {
  const tree = createRemoteTree();
  for (const name of awkward) tree.putFile(`top/${name}`);
  tree.putFolder("top/a folder");
  tree.putFile("top/a folder/deep.epub");
  await using server = await serveHandler(createRemoteDav({ ...options, tree }).handle);
  const { limits = {} } = options;
  const client = createDavClient({ baseUrl: `${server.origin}/dav`, fetch, limits });
  await work(client);
};

const collect = async (entries: AsyncIterable<DavEntry>) => {
  const all: DavEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};

const namesOf = (entries: readonly DavEntry[]) =>
  entries.filter((entry) => entry.depth === 1).map((entry) => entry.path.slice("top/".length));

const truthful: readonly (readonly [string, RemoteQuirks])[] = [
  ["nothing odd", {}],
  ["absolute hrefs", { hrefForm: "absolute" }],
  ["hrefs of a host behind a proxy", { hrefForm: "otherHost" }],
  ["relative hrefs", { hrefForm: "relative" }],
  ["double slashes", { hrefForm: "doubleSlash" }],
  ["lower-case escapes", { hrefForm: "lowerCaseEscapes" }],
  ["names hardly escaped", { hrefForm: "unescaped" }],
  ["a parent entry", { parentEntry: true }],
  ["pages", { pageSize: 3 }],
  ["reversed order", { reversed: true }],
  ["a 404 propstat first", { notFoundPropstat: true }],
  ["another prefix, CDATA and comments", { oddXml: true }],
  ["no time on folders", { noFolderTime: true }],
];

it.each(truthful)("[DC1] lists every awkward name unchanged: %s", async (_, quirks) => {
  await withServer({ quirks }, async (client) => {
    const entries = await collect(client.list("top", { depth: 1 }));
    expect(new Set(namesOf(entries))).toEqual(new Set([...awkward, "a folder"]));
    expect(entries).toHaveLength(awkward.length + 2);
    const self = entries.find((entry) => entry.depth === 0);
    expect(self).toMatchObject({ path: "top", isCollection: true });
    const file = entries.find((entry) => entry.path === "top/plain.epub");
    expect(file).toMatchObject({
      isCollection: false,
      sizeBytes: 1_001,
      etag: '"v1"',
      modifiedAtMs: 1_577_836_801_000,
    });
  });
});

it("[DC1] finds and reads every awkward name again by its path", async () => {
  await withServer({}, async (client) => {
    for (const name of awkward) {
      expect(await client.stat(`top/${name}`)).toMatchObject({ path: `top/${name}`, isCollection: false });
      expect((await (await client.get(`top/${name}`)).arrayBuffer()).byteLength).toBeGreaterThan(1_000);
    }
    expect(await client.stat("top/not there")).toBeNull();
    expect(await client.stat("")).toMatchObject({ path: "", isCollection: true, depth: 0 });
  });
});

it("[DC1] gives the deeper entries of Depth: infinity their depth", async () => {
  await withServer({}, async (client) => {
    const entries = await collect(client.list("", { depth: "infinity" }));
    expect(entries.find((entry) => entry.path === "top/a folder/deep.epub")?.depth).toBe(3);
  });
});

const lies: readonly (readonly [string, Lie, object])[] = [
  ["401", { kind: "status", status: 401 }, { code: "upstream_failed", reason: "credentials_refused" }],
  ["403", { kind: "status", status: 403 }, { reason: "forbidden", details: { status: 403 } }],
  ["404", { kind: "status", status: 404 }, { code: "not_found" }],
  ["405", { kind: "status", status: 405 }, { reason: "not_webdav" }],
  [
    "429",
    { kind: "status", status: 429, headers: { "retry-after": "7" } },
    { reason: "throttled", retryAfterMs: 7_000 },
  ],
  ["503 without a time", { kind: "status", status: 503 }, { reason: "throttled", retryAfterMs: null }],
  ["500", { kind: "status", status: 500 }, { reason: "server_error" }],
  ["504", { kind: "status", status: 504 }, { code: "upstream_timeout", reason: "timed_out" }],
  ["a login page with 200", { kind: "html", status: 200 }, { reason: "not_multistatus" }],
  ["a login page with 207", { kind: "html", status: 207 }, { reason: "bad_xml" }],
  ["a listing cut early", { kind: "truncated", share: 0.3 }, { reason: "truncated" }],
  ["a listing cut at the very end", { kind: "truncated", share: 0.999 }, { reason: "truncated" }],
  ["no body at all", { kind: "truncated", share: 0 }, { reason: "truncated" }],
  ["a connection cut", { kind: "broken" }, { reason: "unreachable" }],
];

it.each(lies)("[DC2] names what is wrong: %s", async (_, lie, expected) => {
  await withServer({ lie: () => lie }, async (client) => {
    await expect(collect(client.list("top", { depth: 1 }))).rejects.toMatchObject(expected);
  });
});

it("[DC2] gives up on a server that is silent, before or within its answer", async () => {
  const limits = { timeoutMs: 50 };
  await withServer({ lie: () => ({ kind: "silent" }), limits }, async (client) => {
    const silent = { code: "upstream_timeout", reason: "timed_out" };
    await expect(collect(client.list("top", { depth: 1 }))).rejects.toMatchObject(silent);
    await expect(client.stat("top")).rejects.toMatchObject(silent);
    await expect(client.remove("top")).rejects.toMatchObject(silent);
  });
  const begun = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("<?xml")),
  });
  const client = createDavClient({
    baseUrl: "http://dav.test/",
    limits,
    fetch: async (_, init) => {
      init?.signal?.addEventListener("abort", () => begun.cancel(init.signal?.reason).catch(() => undefined));
      return new Response(
        begun.pipeThrough(new TransformStream(), init?.signal ? { signal: init.signal } : {}),
        { status: 207 },
      );
    },
  });
  await expect(collect(client.list("", { depth: 1 }))).rejects.toMatchObject({ reason: "timed_out" });
});

it("[DC2] measures a Retry-After date by the server's own clock", async () => {
  const headers = { date: "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT" };
  await withServer({ lie: () => ({ kind: "status", status: 503, headers }) }, async (client) => {
    await expect(client.stat("top")).rejects.toMatchObject({ retryAfterMs: 30_000 });
  });
});

it.each([
  ["entries", { maxEntries: 5 }],
  ["bytes", { maxBytes: 500 }],
  ["href length", { maxHrefChars: 100 }],
  ["pages", { maxPages: 2 }],
])("[DC3] refuses an answer beyond the limit of %s", async (_, limits) => {
  await withServer({ quirks: { pageSize: 4 }, limits }, async (client) => {
    await expect(collect(client.list("top", { depth: 1 }))).rejects.toMatchObject({
      reason: "answer_too_large",
    });
  });
});

const answering = (body: BodyInit | null, init: ResponseInit = { status: 207 }) =>
  createDavClient({ baseUrl: "http://dav.test/dav/", fetch: async () => new Response(body, init) });

const bodies: readonly (readonly [string, string, string])[] = [
  ["a DOCTYPE", '<!DOCTYPE x><D:multistatus xmlns:D="DAV:"/>', "bad_xml"],
  [
    "entities",
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><D:multistatus xmlns:D="DAV:">&b;</D:multistatus>',
    "bad_xml",
  ],
  ["an unknown entity", '<D:multistatus xmlns:D="DAV:">&lol;</D:multistatus>', "bad_xml"],
  ["no namespace", "<multistatus/>", "not_multistatus"],
  ["another root", '<D:error xmlns:D="DAV:"/>', "not_multistatus"],
  ["JSON", '{"error":"no"}', "not_multistatus"],
  ["crossed tags", '<D:multistatus xmlns:D="DAV:"><D:response></D:multistatus>', "bad_xml"],
  ["text after the end", '<D:multistatus xmlns:D="DAV:"/>junk', "bad_xml"],
  ["deep nesting", `<D:multistatus xmlns:D="DAV:">${"<a>".repeat(5_000)}`, "answer_too_large"],
];

it.each(bodies)("[DC3] refuses %s", async (_, body, reason) => {
  await expect(collect(answering(body).list("", { depth: 1 }))).rejects.toMatchObject({ reason });
});

it("[DC3] stops an entry that never ends without reading on for ever", async () => {
  let chunks = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      chunks += 1;
      const text = chunks === 1 ? '<D:multistatus xmlns:D="DAV:"><D:response><D:href>' : "x".repeat(65_536);
      controller.enqueue(new TextEncoder().encode(text));
    },
  });
  await expect(collect(answering(endless).list("", { depth: 1 }))).rejects.toMatchObject({
    reason: "answer_too_large",
  });
  expect(chunks).toBeLessThan(20);
});

it("[DC3] goes to no other origin for the next page", async () => {
  const init = { status: 207, headers: { link: '<https://elsewhere.test/dav/?2>; rel="next"' } };
  const client = answering('<D:multistatus xmlns:D="DAV:"/>', init);
  await expect(collect(client.list("", { depth: 1 }))).rejects.toMatchObject({ reason: "redirected" });
});

it.each(["a/../b", "..", "a//b", "./a", "nul\u0000", "\ud800", `${"d".repeat(5_000)}`])(
  "[DC4] refuses the path %j before anything is sent",
  async (path) => {
    const client = answering(null);
    await expect(client.get(path)).rejects.toMatchObject({ code: "bad_path" });
    await expect(client.stat(path)).rejects.toMatchObject({ code: "bad_path" });
  },
);

it("[DC4] tells of entries that cannot be named and leaves outside ones out", async () => {
  const response = (href: string) => `<D:response><D:href>${href}</D:href></D:response>`;
  const hrefs = [
    "/dav/",
    "/dav/ok.epub",
    "/dav/caf%E9.epub",
    "/dav/a%2Fb",
    "/dav/%00",
    "/dav/../x",
    "/other/y",
    "/dav/%2e%2e/z",
  ];
  const client = answering(`<D:multistatus xmlns:D="DAV:">${hrefs.map(response).join("")}</D:multistatus>`);
  let unusable = 0;
  const entries = await collect(
    client.list("", {
      depth: 1,
      onUnusable: () => {
        unusable += 1;
      },
    }),
  );
  expect(entries.map((entry) => entry.path)).toEqual(["", "ok.epub"]);
  expect(unusable).toBe(4);
});

it("[DC5] sends the given authorization with every request and nothing else of it anywhere", async () => {
  const authorization = `Basic ${btoa("reader:s3cret")}`;
  await withServer({ authorization }, async (client) => {
    await expect(client.stat("top")).rejects.toMatchObject({ reason: "credentials_refused" });
  });
  const tree = createRemoteTree();
  const remote = createRemoteDav({ tree, authorization });
  await using server = await serveHandler(remote.handle);
  const client = createDavClient({
    baseUrl: `${server.origin}/dav/`,
    fetch,
    authorization: async () => authorization,
  });
  expect((await client.stat(""))?.isCollection).toBe(true);
  expect(await client.options()).toEqual({ classes: ["1", "2"], methods: ["OPTIONS", "GET", "PROPFIND"] });
});

it("[DC5] passes a problem document's codes on and none of its text", async () => {
  const problem = JSON.stringify({ code: "unauthorized", reason: "expired", detail: "token eyJ…" });
  const init = { status: 401, headers: { "content-type": "application/problem+json" } };
  const error = await answering(problem, init)
    .stat("")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    reason: "credentials_refused",
    details: { status: 401, problemCode: "unauthorized", problemReason: "expired" },
  });
  expect(JSON.stringify(error)).not.toContain("eyJ");
});

it("[DC5] an abort by the caller stays the caller's", async () => {
  await withServer({}, async (client) => {
    const reason = new Error("stop");
    await expect(collect(client.list("top", { depth: 1, signal: AbortSignal.abort(reason) }))).rejects.toBe(
      reason,
    );
  });
});

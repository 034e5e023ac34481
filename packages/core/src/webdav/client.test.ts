import { expect, it } from "vitest";
import {
  awkwardNames,
  clientAnswered,
  collectEntries,
  createRemoteDav,
  createRemoteTree,
  namesInTop,
  type RemoteQuirks,
  serveHandler,
  withDavServer,
} from "../testing/index.ts";
import { createDavClient } from "./index.ts";

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
  await withDavServer({ quirks }, async (client) => {
    const entries = await collectEntries(client.list("top", { depth: 1 }));
    expect(new Set(namesInTop(entries))).toEqual(new Set([...awkwardNames, "a folder"]));
    expect(entries).toHaveLength(awkwardNames.length + 2);
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
  await withDavServer({}, async (client) => {
    for (const name of awkwardNames) {
      expect(await client.stat(`top/${name}`)).toMatchObject({ path: `top/${name}`, isCollection: false });
      expect((await (await client.get(`top/${name}`)).arrayBuffer()).byteLength).toBeGreaterThan(1_000);
    }
    expect(await client.stat("top/not there")).toBeNull();
    expect(await client.stat("")).toMatchObject({ path: "", isCollection: true, depth: 0 });
  });
});

it("[DC1] gives the deeper entries of Depth: infinity their depth", async () => {
  await withDavServer({}, async (client) => {
    const entries = await collectEntries(client.list("", { depth: "infinity" }));
    expect(entries.find((entry) => entry.path === "top/a folder/deep.epub")?.depth).toBe(3);
  });
});

it.each(["a/../b", "..", "a//b", "./a", "nul\u0000", "\ud800", `${"d".repeat(5_000)}`])(
  "[DC4] refuses the path %j before anything is sent",
  async (path) => {
    const client = clientAnswered(null);
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
  const client = clientAnswered(
    `<D:multistatus xmlns:D="DAV:">${hrefs.map(response).join("")}</D:multistatus>`,
  );
  let unusable = 0;
  const entries = await collectEntries(
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

it("[DC4] a listing that does not name what was asked proves no absence", async () => {
  const client = clientAnswered(
    '<D:multistatus xmlns:D="DAV:"><D:response><D:href>/dav/strange/</D:href></D:response></D:multistatus>',
  );
  let unusable = 0;
  const entries = await collectEntries(
    client.list("", {
      depth: 1,
      onUnusable: () => {
        unusable += 1;
      },
    }),
  );
  expect([entries.map((entry) => entry.path), unusable]).toEqual([["strange"], 1]);
});

it("[DC5] sends the given authorization with every request and nothing else of it anywhere", async () => {
  const authorization = `Basic ${btoa("reader:s3cret")}`;
  await withDavServer({ authorization }, async (client) => {
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
  const error = await clientAnswered(problem, init)
    .stat("")
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    reason: "credentials_refused",
    details: { status: 401, problemCode: "unauthorized", problemReason: "expired" },
  });
  expect(JSON.stringify(error)).not.toContain("eyJ");
});

it("[DC5] an abort by the caller stays the caller's", async () => {
  await withDavServer({}, async (client) => {
    const reason = new Error("stop");
    await expect(
      collectEntries(client.list("top", { depth: 1, signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason);
  });
});

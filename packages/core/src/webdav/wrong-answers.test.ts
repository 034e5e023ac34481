import { expect, it } from "vitest";
import { clientAnswered, collectEntries, type Lie, withDavServer } from "../testing/index.ts";
import { createDavClient } from "./index.ts";

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
  await withDavServer({ lie: () => lie }, async (client) => {
    await expect(collectEntries(client.list("top", { depth: 1 }))).rejects.toMatchObject(expected);
  });
});

it("[DC2] gives up on a server that is silent, before or within its answer", async () => {
  const limits = { timeoutMs: 50 };
  await withDavServer({ lie: () => ({ kind: "silent" }), limits }, async (client) => {
    const silent = { code: "upstream_timeout", reason: "timed_out" };
    await expect(collectEntries(client.list("top", { depth: 1 }))).rejects.toMatchObject(silent);
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
  await expect(collectEntries(client.list("", { depth: 1 }))).rejects.toMatchObject({ reason: "timed_out" });
});

it("[DC2] measures a Retry-After date by the server's own clock", async () => {
  const headers = { date: "Sun, 06 Nov 1994 08:49:37 GMT", "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT" };
  await withDavServer({ lie: () => ({ kind: "status", status: 503, headers }) }, async (client) => {
    await expect(client.stat("top")).rejects.toMatchObject({ retryAfterMs: 30_000 });
  });
});

it.each([
  ["entries", { maxEntries: 5 }],
  ["bytes", { maxBytes: 500 }],
  ["href length", { maxHrefChars: 100 }],
  ["pages", { maxPages: 2 }],
])("[DC3] refuses an answer beyond the limit of %s", async (_, limits) => {
  await withDavServer({ quirks: { pageSize: 4 }, limits }, async (client) => {
    await expect(collectEntries(client.list("top", { depth: 1 }))).rejects.toMatchObject({
      reason: "answer_too_large",
    });
  });
});

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
  await expect(collectEntries(clientAnswered(body).list("", { depth: 1 }))).rejects.toMatchObject({ reason });
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
  await expect(collectEntries(clientAnswered(endless).list("", { depth: 1 }))).rejects.toMatchObject({
    reason: "answer_too_large",
  });
  expect(chunks).toBeLessThan(20);
});

it("[DC3] goes to no other origin for the next page", async () => {
  const init = { status: 207, headers: { link: '<https://elsewhere.test/dav/?2>; rel="next"' } };
  const client = clientAnswered('<D:multistatus xmlns:D="DAV:"/>', init);
  await expect(collectEntries(client.list("", { depth: 1 }))).rejects.toMatchObject({ reason: "redirected" });
});

import { expect, it } from "vitest";
import { fakeClock, serveHandler } from "../testing/index.ts";
import { createRequestLog } from "./index.ts";

it("[SYN16] keeps method, path, status and time of the last requests, never a token, a query or a userinfo", async () => {
  await using server = await serveHandler(async (request) => {
    if (new URL(request.url).pathname === "/cut") throw new Error("cut");
    return new Response("no", { status: 403, headers: { date: "Thu, 01 Jan 2026 00:00:10 GMT" } });
  });
  const log = createRequestLog(fakeClock(), 3);
  const fetch = log.wrap(globalThis.fetch);
  let heard = 0;
  log.subscribe(() => {
    heard += 1;
  });
  const secret = "Bearer s3cret-token";
  await fetch(`${server.origin}/a`);
  await fetch(`${server.origin}/dav/x?key=s3cret-token`, {
    method: "put",
    headers: { authorization: secret },
    body: "s3cret-token",
  });
  await fetch(
    new Request(`${server.origin}/dav/y`, { method: "DELETE", headers: { authorization: secret } }),
  );
  expect(log.serverDateMs()).toBe(Date.UTC(2026, 0, 1, 0, 0, 10, 500));
  await expect(fetch(`${server.origin}/cut`)).rejects.toThrow();
  expect(log.entries().map(({ method, path, status }) => [method, path, status])).toEqual([
    ["PUT", "/dav/x", 403],
    ["DELETE", "/dav/y", 403],
    ["GET", "/cut", null],
  ]);
  expect(JSON.stringify(log.entries())).not.toContain("s3cret");
  expect(heard).toBe(4);
});

import { describe, expect, it } from "vitest";
import { startTestServer } from "../src/testing/dav-fixture.ts";

describe("a file over HTTP with a token", () => {
  it("[DV1] stores, serves and lists it", async () => {
    await using dav = await startTestServer();
    const put = await dav.request("PUT", "hello.txt", {
      body: "hello",
      headers: { "Content-Type": "text/plain" },
    });
    expect(put.status).toBe(201);
    const get = await dav.request("GET", "hello.txt");
    expect(get.status).toBe(200);
    expect(await get.text()).toBe("hello");
    expect(get.headers.get("etag")).toBe(put.headers.get("etag"));
    const list = await dav.request("PROPFIND", "", { headers: { Depth: "1" } });
    expect(list.status).toBe(207);
    expect(await list.text()).toContain("<D:href>/dav/apps/test/hello.txt</D:href>");
  });
});

import { issueDelegation, issueInvocation } from "@relite/core/ucan";
import { describe, expect, it } from "vitest";
import { readConfig } from "../src/config.ts";
import { openStorage } from "../src/context.ts";
import { checkStorage } from "../src/storage/check-storage.ts";
import { newSigner, startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const xml = { "Content-Type": 'application/xml; charset="utf-8"' };
const ask = (names: string) => `<propfind xmlns="DAV:"><prop>${names}</prop></propfind>`;

async function find(dav: TestServer, path: string, body: string, headers: Record<string, string> = {}) {
  return dav.request("PROPFIND", path, { body, headers: { Depth: "0", ...headers } });
}

describe("extended MKCOL", () => {
  const body = (props: string) => `<mkcol xmlns="DAV:"><set><prop>${props}</prop></set></mkcol>`;
  const type = "<resourcetype><collection/></resourcetype>";

  it("[DP10] makes a collection with its properties, or nothing", async () => {
    await using dav = await startTestServer();
    const mkcol = (path: string, props: string) =>
      dav.request("MKCOL", path, { body: body(props), headers: xml });
    expect((await dav.request("OPTIONS", "")).headers.get("dav")).toBe(
      "1, 2, 3, extended-mkcol, sabredav-partialupdate",
    );
    expect((await mkcol("c", `${type}<displayname>Books</displayname>`)).status).toBe(201);
    expect(await (await find(dav, "c", ask("<displayname/>"))).text()).toContain(">Books</displayname>");
    expect((await mkcol("plain", type)).status).toBe(201);
    expect((await mkcol("c", type)).status).toBe(405);
    expect((await mkcol("no/way", type)).status).toBe(409);
    for (const refused of [
      `${type}<displayname/><getetag/>`,
      '<displayname/><resourcetype><collection/><x xmlns="urn:x"/></resourcetype>',
      "<displayname/><resourcetype/>",
    ]) {
      const answer = await mkcol("d", refused);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toMatch(/<D:mkcol-response(.|\s)*(403 Forbidden|424 Failed)/);
      expect((await find(dav, "d", "")).status).toBe(404);
    }
    expect((await mkcol("d", `<a xmlns="urn:a">${"x".repeat(70_000)}</a>`)).status).toBe(507);
    expect((await find(dav, "d", "")).status).toBe(404);
    const odd = (text: string) => dav.request("MKCOL", "d", { body: text, headers: xml });
    expect((await odd("<mkcol")).status).toBe(400);
    expect((await odd('<mkcol xmlns="DAV:"/>')).status).toBe(400);
    expect((await odd('<propfind xmlns="DAV:"/>')).status).toBe(415);
  });
});

describe("who may do what", () => {
  it("[DP11] says who asks and what they may do, each member by itself", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "mine");
    await dav.request("MKCOL", "shown");
    const device = await newSigner();
    const capabilities = [
      { with: "app:test", can: "app/read" },
      { with: "app:test/mine", can: "app/write" },
    ];
    const proof = await issueDelegation({
      issuer: dav.owner,
      audienceDid: device.did,
      capabilities,
      expiresAtSec: Math.floor(Date.now() / 1000) + 3_600,
    });
    const audience = `did:web:127.0.0.1%3A${dav.server.port}`;
    const token = await issueInvocation({ issuer: device, audience, capabilities, proof, nowMs: Date.now() });
    const answer = await dav.request("PROPFIND", "", {
      headers: { Authorization: `Bearer ${token}`, Depth: "1" },
      body: ask("<current-user-principal/><current-user-privilege-set/>"),
    });
    const text = await answer.text();
    const [top = "", mine = "", shown = ""] = text.split("<D:response>").slice(1);
    for (const part of [top, mine, shown]) {
      expect(part).toContain(`<D:current-user-principal><D:href>${device.did}</D:href>`);
      expect(part).toContain("<D:privilege><D:read/></D:privilege>");
    }
    expect([top, mine, shown].map((part) => part.includes("<D:write/>"))).toEqual([false, true, false]);
    expect(await (await find(dav, "", "")).text()).not.toContain("current-user");
  });
});

describe("minimal answers", () => {
  it.each([
    ["Prefer", "return=minimal"],
    ["Prefer", "respond-async, return=minimal"],
    ["Brief", "t"],
  ])("[DP12] %s: %s leaves out what is not there", async (name, value) => {
    await using dav = await startTestServer();
    const answer = await find(dav, "", ask("<getetag/><nope/>"), { [name]: value });
    expect(answer.headers.get("preference-applied")).toBe("return=minimal");
    const text = await answer.text();
    expect(text).toContain("<D:getetag>");
    expect(text).not.toContain("404");
    expect(await (await find(dav, "", ask("<nope/>"), { [name]: value })).text()).toContain("200 OK");
    const patch = (props: string) =>
      dav.request("PROPPATCH", "", {
        body: `<propertyupdate xmlns="DAV:"><set><prop>${props}</prop></set></propertyupdate>`,
        headers: { [name]: value },
      });
    expect((await patch("<displayname>x</displayname>")).status).toBe(204);
    expect((await patch("<getetag/>")).status).toBe(207);
  });
});

describe("storage check", () => {
  it("[DP8] what is counted is what is there, after properties and locks came and went", async () => {
    await using dav = await startTestServer();
    const to = (path: string) => ({ headers: { Destination: `/dav/apps/test/${path}` } });
    const set = (xmlText: string) =>
      `<propertyupdate xmlns="DAV:"><set><prop>${xmlText}</prop></set></propertyupdate>`;
    for (const path of ["a", "a/b"]) await dav.request("MKCOL", path);
    await dav.request("PUT", "a/b/f", { body: "f" });
    for (const path of ["a", "a/b", "a/b/f"]) {
      await dav.request("PROPPATCH", path, { body: set(`<x xmlns="urn:x">${path} 日本</x><y/>`) });
      await dav.request("PROPPATCH", path, { body: set('<x xmlns="urn:x">shorter</x>') });
    }
    await dav.request("COPY", "a", to("c"));
    await dav.request("COPY", "a/b/f", to("c/b"));
    await dav.request("MOVE", "a/b", to("m"));
    await dav.request("DELETE", "a");
    const storage = await openStorage(readConfig({ DAV_DATA_DIR: dav.folder }));
    expect((await checkStorage(storage)).problems).toEqual([]);
    storage.db.close();
  });
});

import { describe, expect, it } from "vitest";
import { startTestServer } from "../src/testing/dav-fixture.ts";

describe("PROPFIND", () => {
  it("[DV17] allprop, propname and prop say what is there and what is not", async () => {
    await using dav = await startTestServer();
    await dav.request("PUT", "f.epub", { body: new Uint8Array(1) });
    const ask = async (body: string, path = "f.epub") => {
      const answer = await dav.request("PROPFIND", path, { body, headers: { Depth: "0" } });
      expect(answer.status).toBe(207);
      return answer.text();
    };
    const d = 'xmlns="DAV:"';
    for (const body of ["", `<propfind ${d}><allprop/></propfind>`]) {
      const all = await ask(body);
      for (const name of ["resourcetype", "getetag", "getcontentlength", "getlastmodified", "creationdate"]) {
        expect(all).toContain(`<D:${name}`);
      }
      expect(all).toContain("<D:getcontenttype>application/epub+zip<");
      expect(all).not.toContain("quota");
      expect(all).not.toContain("404");
    }
    expect(await ask(`<propfind ${d}><propname/></propfind>`)).toContain("<D:getetag/>");
    const some = await ask(
      `<propfind ${d}><prop><getetag/><nope/><x:own xmlns:x="urn:a&amp;b"/><bare xmlns=""/></prop></propfind>`,
    );
    expect(some).toMatch(/<D:getetag>"[\w-]{43}"<\/D:getetag><\/D:prop><D:status>HTTP\/1.1 200 OK/);
    expect(some).toMatch(
      /<D:nope\/><X:own xmlns:X="urn:a&amp;b"\/><bare\/><\/D:prop><D:status>HTTP\/1.1 404 Not Found/,
    );
    const quota = `<propfind ${d}><prop><quota-used-bytes/><quota-available-bytes/></prop></propfind>`;
    expect(await ask(quota, "")).toContain("<D:quota-used-bytes>1<");
  });

  it.each([
    ["DOCTYPE", '<!DOCTYPE x [<!ENTITY a "b">]><propfind xmlns="DAV:"><allprop/></propfind>'],
    ["cut", '<propfind xmlns="DAV:"><allprop/>'],
    ["not XML", "nonsense"],
    ["another root", '<mkcol xmlns="DAV:"/>'],
    ["no question", '<propfind xmlns="DAV:"/>'],
    ["two questions", '<propfind xmlns="DAV:"><allprop/><propname/></propfind>'],
    ["no namespace", "<propfind><allprop/></propfind>"],
    ["unbound prefix", '<D:propfind xmlns="DAV:"><allprop/></D:propfind>'],
    ["an undeclared entity", '<propfind xmlns="DAV:"><prop>&a;</prop></propfind>'],
    ["a deep nest", `<propfind xmlns="DAV:"><prop>${"<a>".repeat(80)}${"</a>".repeat(80)}</prop></propfind>`],
    ["too many elements", `<propfind xmlns="DAV:"><prop>${"<a/>".repeat(6_000)}</prop></propfind>`],
    ["bad UTF-8", new Uint8Array([0x3c, 0x61, 0xff, 0x3e])],
    ["NUL", '<propfind xmlns="DAV:"><prop>\0</prop></propfind>'],
  ])("[DV18] refuses a body that is %s", async (_name, body) => {
    await using dav = await startTestServer();
    const answer = await dav.request("PROPFIND", "", { body, headers: { Depth: "0" } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "bad_request", reason: "bad_xml" });
  });

  it("[DV18] refuses a body of more than 1 MiB", async () => {
    await using dav = await startTestServer();
    const answer = await dav.request("PROPFIND", "", { body: "x".repeat(1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
  });

  it("[DV19] lists thousands of members once each, in one stream, while others are served", async () => {
    await using dav = await startTestServer({ env: { DAV_MAX_UPLOADS: "1000" } });
    const names = Array.from({ length: 1_203 }, (_, index) => `f${index}`);
    for (let at = 0; at < names.length; at += 200) {
      await Promise.all(names.slice(at, at + 200).map((name) => dav.request("PUT", name, { body: name })));
    }
    await dav.request("MKCOL", "sub");
    await dav.request("PUT", "sub/x", { body: "x" });
    for (const [depth, expected] of [
      ["0", 1],
      ["1", 1_205],
      ["infinity", 1_206],
    ] as const) {
      const answer = await dav.request("PROPFIND", "", { headers: { Depth: depth } });
      const hrefs = [...(await answer.text()).matchAll(/<D:href>([^<]*)</g)].map(([, href]) => href);
      expect(hrefs).toHaveLength(expected);
      expect(new Set(hrefs).size).toBe(expected);
    }
  });
});

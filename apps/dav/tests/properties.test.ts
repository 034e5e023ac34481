import { describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const d = 'xmlns:D="DAV:"';

async function patch(dav: TestServer, path: string, blocks: string, more = ""): Promise<Response> {
  const body = `<?xml version="1.0"?>\n<D:propertyupdate ${d}${more}>${blocks}</D:propertyupdate>`;
  return dav.request("PROPPATCH", path, { body });
}

const set = (xml: string) => `<D:set><D:prop>${xml}</D:prop></D:set>`;
const remove = (xml: string) => `<D:remove><D:prop>${xml}</D:prop></D:remove>`;

async function find(dav: TestServer, path: string, body: string, depth = "0"): Promise<string> {
  const answer = await dav.request("PROPFIND", path, {
    body: `<D:propfind ${d}>${body}</D:propfind>`,
    headers: { Depth: depth },
  });
  expect(answer.status).toBe(207);
  return answer.text();
}

const prop = (xml: string) => `<D:prop>${xml}</D:prop>`;
const all = "<D:allprop/>";

async function withFile(): Promise<TestServer> {
  const dav = await startTestServer();
  await dav.request("PUT", "f", { body: "f" });
  return dav;
}

describe("dead properties", () => {
  it("[DP1] what was set is found by name, in allprop and by its name alone, and is kept over a restart", async () => {
    await using dav = await withFile();
    const answer = await patch(
      dav,
      "f",
      set('<x:a xmlns:x="urn:x">one &amp; two</x:a><D:displayname>F</D:displayname>'),
    );
    expect(answer.status).toBe(207);
    expect(await answer.text()).toMatch(
      /<D:prop><X:a xmlns:X="urn:x"\/><D:displayname\/><\/D:prop><D:status>HTTP\/1.1 200 OK/,
    );
    await dav.restart();
    expect(await find(dav, "f", prop('<y:a xmlns:y="urn:x"/>'))).toContain(
      '<x:a xmlns:x="urn:x">one &amp; two</x:a>',
    );
    const everything = await find(dav, "f", all);
    expect(everything).toContain("one &amp; two");
    expect(everything).toContain('<D:displayname xmlns:D="DAV:">F</D:displayname>');
    expect(everything).toContain("<D:getetag>");
    expect(await find(dav, "f", "<D:propname/>")).toContain('<X:a xmlns:X="urn:x"/>');
    await patch(dav, "f", remove('<x:a xmlns:x="urn:x"/><gone xmlns="urn:never"/>'));
    expect(await find(dav, "f", prop('<x:a xmlns:x="urn:x"/>'))).toContain("404 Not Found");
  });

  it.each([
    [
      "nested elements, comments and CDATA",
      '<a xmlns="urn:a"> <b c="1"  d=\'2\'/><!-- c --><![CDATA[<&]]>\r\n</a>',
    ],
    ["no namespace", '<bare xmlns="">x</bare>'],
    ["characters beyond the basic plane", '<a xmlns="urn:𐌢">𐌢 😀 &#x1F600;</a>'],
    ["a name of other letters", '<日本 xmlns="urn:語">本</日本>'],
    ["a namespace with quotes and signs", '<a xmlns="urn:&quot;&lt;&amp;&#10;">x</a>'],
    ["the server's own prefix for another namespace", '<D:a xmlns:D="urn:d"><D:b/></D:a>'],
    ["its language", '<a xmlns="urn:a" xml:lang="de">Straße</a>'],
    ["processing instructions", '<a xmlns="urn:a"><?go on?></a>'],
  ])("[DP2] comes back as it was written: %s", async (_name, xml) => {
    await using dav = await withFile();
    expect((await patch(dav, "f", set(xml))).status).toBe(207);
    expect(await find(dav, "f", all)).toContain(xml);
    expect(await find(dav, "f", prop(xml.replace(/>.*<\/.*$/s, "/>")))).toContain(xml);
  });

  it("[DP2] what it inherited from the request comes with it: prefixes, default namespace, language", async () => {
    await using dav = await withFile();
    const blocks =
      '<D:set xmlns="urn:def" xml:lang="fr"><D:prop xmlns:unused="urn:u"><p:a k="q:v"><in/><p:b xml:lang="de"/></p:a></D:prop></D:set>';
    await patch(dav, "f", blocks, ' xmlns:p="urn:p" xmlns:q="urn:&lt;q"');
    const text = await find(dav, "f", prop('<a xmlns="urn:p"/>'));
    expect(text).toContain(
      '<p:a xmlns="urn:def" xml:lang="fr" xmlns:p="urn:p" xmlns:q="urn:&lt;q" k="q:v"><in/><p:b xml:lang="de"/></p:a>',
    );
  });

  it("[DP3] all or nothing, in document order: the refused one is named, the others depend on it", async () => {
    await using dav = await withFile();
    const before = await find(dav, "f", all);
    const answer = await patch(dav, "f", set('<a xmlns="urn:a">1</a>') + set("<D:getetag>mine</D:getetag>"));
    expect(answer.status).toBe(207);
    const text = await answer.text();
    expect(text).toMatch(/<X:a xmlns:X="urn:a"\/><\/D:prop><D:status>HTTP\/1.1 424/);
    expect(text).toMatch(
      /<D:getetag\/><\/D:prop><D:status>HTTP\/1.1 403 Forbidden<\/D:status><D:error><D:cannot-modify-protected-property\/>/,
    );
    expect(await find(dav, "f", all)).toBe(before);
    await patch(
      dav,
      "f",
      set('<a xmlns="urn:a">1</a>') +
        remove('<a xmlns="urn:a"/>') +
        set('<a xmlns="urn:a">2</a><b xmlns="urn:a"/>') +
        remove('<b xmlns="urn:a"/>'),
    );
    expect(await find(dav, "f", all)).toContain('<a xmlns="urn:a">2</a></D:prop>');
    for (const name of [
      "resourcetype",
      "creationdate",
      "getcontentlength",
      "getcontenttype",
      "quota-used-bytes",
    ]) {
      expect(await (await patch(dav, "f", remove(`<D:${name}/>`))).text()).toContain("403 Forbidden");
    }
  });

  it("[DP4] go with their node: copied, moved, replaced, deleted; kept by a new PUT", async () => {
    await using dav = await startTestServer();
    for (const path of ["a", "a/b"]) await dav.request("MKCOL", path);
    await dav.request("PUT", "a/b/f", { body: "f" });
    for (const path of ["a", "a/b", "a/b/f"]) await patch(dav, path, set(`<p xmlns="urn:p">${path}</p>`));
    await dav.request("PUT", "a/b/f", { body: "changed" });
    const to = (path: string, more = {}) => ({ headers: { Destination: `/dav/apps/test/${path}`, ...more } });
    const values = async (path: string) =>
      [...(await find(dav, path, all, "infinity")).matchAll(/<p xmlns="urn:p">([^<]*)</g)].map(
        ([, value]) => value,
      );
    const whole = ["a", "a/b", "a/b/f"];
    expect(await values("a")).toEqual(whole);
    expect((await dav.request("COPY", "a", to("c"))).status).toBe(201);
    expect(await values("c")).toEqual(whole);
    expect((await dav.request("COPY", "a", to("shallow", { Depth: "0" }))).status).toBe(201);
    expect(await values("shallow")).toEqual(["a"]);
    expect((await dav.request("MOVE", "c", to("m"))).status).toBe(201);
    expect(await values("m")).toEqual(whole);
    await dav.request("PUT", "plain", { body: "x" });
    expect((await dav.request("COPY", "plain", to("m/b/f"))).status).toBe(204);
    expect(await values("m")).toEqual(["a", "a/b"]);
    await dav.request("DELETE", "a");
    await dav.request("MKCOL", "a");
    expect(await values("a")).toEqual([]);
  });

  it("[DP5] a change of a property changes the ETag of every collection above, not the file's", async () => {
    await using dav = await startTestServer();
    await dav.request("MKCOL", "c");
    await dav.request("PUT", "c/f", { body: "f" });
    const tags = async () =>
      Promise.all(
        ["", "c", "c/f"].map(async (path) => /<D:getetag>[^<]*/.exec(await find(dav, path, all))?.[0]),
      );
    const [top, above, file] = await tags();
    await patch(dav, "c/f", set('<a xmlns="urn:a"/>'));
    const [topAfter, aboveAfter, fileAfter] = await tags();
    expect(topAfter).not.toBe(top);
    expect(aboveAfter).not.toBe(above);
    expect(fileAfter).toBe(file);
  });

  it("[DP6] getlastmodified is set by PROPPATCH, and by X-OC-Mtime of a PUT", async () => {
    await using dav = await withFile();
    const modified = async (path: string) => (await dav.request("HEAD", path)).headers.get("last-modified");
    const date = "Sat, 02 Feb 2002 02:02:02 GMT";
    expect(
      await (await patch(dav, "f", set(`<D:getlastmodified>${date}</D:getlastmodified>`))).text(),
    ).toContain("200 OK");
    expect(await modified("f")).toBe(date);
    for (const bad of ["soon", ""]) {
      const answer = await patch(
        dav,
        "f",
        set(`<a xmlns="urn:a"/><D:getlastmodified>${bad}</D:getlastmodified>`),
      );
      expect(await answer.text()).toMatch(/424 Failed(.|\s)*409 Conflict/);
    }
    expect(await modified("f")).toBe(date);
    const put = (path: string, time: string) =>
      dav.request("PUT", path, { body: "x", headers: { "X-OC-Mtime": time } });
    for (const path of ["new", "f"]) {
      const answer = await put(path, "1000000000.5");
      expect(answer.headers.get("x-oc-mtime")).toBe("accepted");
      expect(answer.headers.get("last-modified")).toBe("Sun, 09 Sep 2001 01:46:40 GMT");
      expect(await modified(path)).toBe("Sun, 09 Sep 2001 01:46:40 GMT");
    }
    expect((await put("f", "yesterday")).status).toBe(400);
  });

  it("[DP7] conditions are decided with the change; what is not there is 404", async () => {
    await using dav = await withFile();
    const body = `<D:propertyupdate ${d}>${set('<a xmlns="urn:a"/>')}</D:propertyupdate>`;
    const status = async (path: string, headers: Record<string, string>) =>
      (await dav.request("PROPPATCH", path, { body, headers })).status;
    expect(await status("f", { "If-Match": '"other"' })).toBe(412);
    expect(await status("f", { If: "(<urn:uuid:none>)" })).toBe(412);
    expect(await status("f", { If: "(((" })).toBe(400);
    expect(await find(dav, "f", all)).not.toContain("urn:a");
    expect(await status("none", {})).toBe(404);
    expect(await status("none/below", {})).toBe(404);
    expect(await status("", { "If-Match": "*" })).toBe(207);
    expect((await patch(dav, "none", set("<D:getetag/>"))).status).toBe(404);
  });

  it("[DP8] their bytes count as used, and a resource has its share of them at most", async () => {
    await using dav = await startTestServer({ env: { DAV_QUOTA_DEFAULT: "10K", DAV_TRASH_KEEP: "0" } });
    await dav.request("PUT", "f", { body: "f" });
    const used = async () =>
      Number(/<D:quota-used-bytes>(\d+)</.exec(await find(dav, "", prop("<D:quota-used-bytes/>")))?.[1]);
    const value = (bytes: number) => set(`<a xmlns="urn:a">${"x".repeat(bytes)}</a>`);
    expect(await used()).toBe(1);
    expect((await patch(dav, "f", value(5_000))).status).toBe(207);
    expect(await used()).toBeGreaterThan(5_000);
    expect((await patch(dav, "f", value(11_000))).status).toBe(507);
    expect((await dav.request("PUT", "g", { body: "g".repeat(6_000) })).status).toBe(507);
    expect((await patch(dav, "f", value(10))).status).toBe(207);
    await dav.request("DELETE", "f");
    expect(await used()).toBe(0);
    await using roomy = await withFile();
    const many = (from: number, count: number) =>
      set(Array.from({ length: count }, (_, index) => `<a${from + index} xmlns="urn:a"/>`).join(""));
    expect((await patch(roomy, "f", many(0, 1_000))).status).toBe(207);
    expect((await patch(roomy, "f", many(1_000, 1))).status).toBe(507);
    expect((await patch(roomy, "", value(70_000))).status).toBe(507);
    expect(await find(roomy, "f", all)).not.toContain("a1000");
  });

  it.each([
    ["no block", `<propertyupdate xmlns="DAV:"/>`],
    ["an empty block", `<propertyupdate xmlns="DAV:"><set><prop/></set></propertyupdate>`],
    ["another root", `<propfind xmlns="DAV:"><set><prop><a/></prop></set></propfind>`],
    ["nothing", ""],
    [
      "a DOCTYPE",
      `<!DOCTYPE a [<!ENTITY b "${"b".repeat(99)}">]><propertyupdate xmlns="DAV:"><set><prop><a>&b;</a></prop></set></propertyupdate>`,
    ],
    [
      "a character of XML 1.1",
      `<?xml version="1.1"?><propertyupdate xmlns="DAV:"><set><prop><a>&#1;</a></prop></set></propertyupdate>`,
    ],
    [
      "a lone surrogate",
      `<propertyupdate xmlns="DAV:"><set><prop><a>&#xD800;</a></prop></set></propertyupdate>`,
    ],
    [
      "too many properties",
      `<propertyupdate xmlns="DAV:"><set><prop>${"<a/>".repeat(6_000)}</prop></set></propertyupdate>`,
    ],
    ["a cut", `<propertyupdate xmlns="DAV:"><set><prop><a>`],
    ["an unbound prefix", `<propertyupdate xmlns="DAV:"><set><prop><x:a/></prop></set></propertyupdate>`],
  ])("[DP9] refuses a body with %s", async (_name, body) => {
    await using dav = await withFile();
    const answer = await dav.request("PROPPATCH", "f", { body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "bad_request", reason: "bad_xml" });
    expect((await dav.request("GET", "f")).status).toBe(200);
  });
});

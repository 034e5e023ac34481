import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../src/testing/dav-fixture.ts";

const awkward = [
  "plain.txt",
  ".hidden",
  "a b;c=d%41%.epub",
  `quote"'&amp;<x>.html`,
  "ünï ©ode 漢字 🎈.pdf",
  "e\u0301 decomposed",
  "del\u00adsoft\u200b",
  "~!*()-_.'",
  "\u{10ffff}\u{e000}",
  "x".repeat(255),
  "ä".repeat(127),
  "🎈".repeat(63),
  "UPPER.JPG",
  "no.such-ending",
  "..more",
];
const folders = ["sub", "sub ü&<", "sub.d"];

const d = 'xmlns="DAV:"';
const everyLive =
  "<resourcetype/><creationdate/><getlastmodified/><getetag/><getcontentlength/><getcontenttype/><lockdiscovery/>" +
  "<supportedlock/><quota-used-bytes/><quota-available-bytes/><sync-token/><supported-report-set/>" +
  "<current-user-principal/><current-user-privilege-set/>";
const forms: Readonly<Record<string, string>> = {
  "no body": "",
  allprop: `<propfind ${d}><allprop/></propfind>`,
  "allprop and more": `<propfind ${d}><allprop/><include><quota-used-bytes/><x xmlns="urn:ü&amp;&quot;'"/><sync-token/></include></propfind>`,
  propname: `<propfind ${d}><propname/></propfind>`,
  four: `<propfind ${d}><prop><resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>`,
  "every live property": `<propfind ${d}><prop>${everyLive}<c:checksums xmlns:c="http://owncloud.org/ns"/></prop></propfind>`,
  "what is not there": `<propfind ${d}><prop><nothing/><x xmlns="urn:ü"/><y xmlns=""/><getetag xmlns="urn:x"/></prop></propfind>`,
  "one twice": `<propfind ${d}><prop><getetag/><getetag/><getcontentlength/></prop></propfind>`,
  "no property": `<propfind ${d}><prop/></propfind>`,
  stored: `<propfind ${d}><prop><own xmlns="urn:own"/><getetag/><other xmlns="urn:own"/></prop></propfind>`,
};
const preferences: readonly Readonly<Record<string, string>>[] = [
  {},
  { Prefer: "return=minimal" },
  { Brief: "t" },
];

function responsesOf(text: string): ReadonlyMap<string, string> {
  const parts = text.match(/<D:response>.*?<\/D:response>/gs) ?? [];
  return new Map(parts.map((part) => [/<D:href>([^<]*)</.exec(part)?.[1] ?? "", part]));
}

describe("listings", () => {
  let dav: TestServer;
  const name = encodeURIComponent;

  beforeAll(async () => {
    dav = await startTestServer();
    await dav.request("MKCOL", "l/");
    for (const folder of folders) await dav.request("MKCOL", `l/${name(folder)}/`);
    for (const [at, file] of awkward.entries()) {
      const type: Record<string, string> = at % 3 === 1 ? { "Content-Type": `text/x-a${at}; a="<&>"` } : {};
      const headers = { ...type, "X-OC-Mtime": String(at * 86_399_999 + 1) };
      const { status } = await dav.request("PUT", `l/${name(file)}`, { body: "x".repeat(at * 7), headers });
      expect([file, status]).toEqual([file, 201]);
    }
    await dav.request("PUT", "l/summed", {
      body: "hello",
      headers: { "OC-Checksum": "MD5:5d41402abc4b2a76b9719d911017c592" },
    });
    const update = (value: string) =>
      `<propertyupdate ${d}><set><prop><o:own xmlns:o="urn:own">${value}</o:own></prop></set></propertyupdate>`;
    for (const path of ["l/stored", "l/stored too"]) await dav.request("PUT", path, { body: path });
    await dav.request("PROPPATCH", "l/stored", { body: update("ü 🎈 &lt;") });
    await dav.request("PROPPATCH", `l/${name("sub.d")}/`, { body: update("in a folder") });
    const lock = `<lockinfo ${d}><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>ü &amp;</owner></lockinfo>`;
    for (const path of ["l/locked", "l/sub/"]) {
      if (!path.endsWith("/")) await dav.request("PUT", path, { body: path });
      const headers = { Timeout: "Second-3600", "Content-Type": "application/xml" };
      expect((await dav.request("LOCK", path, { body: lock, headers })).status).toBe(200);
    }
    for (const path of ["l/gone.txt", "l/gone ü&.txt"]) {
      await dav.request("PUT", path, { body: "1" });
      await dav.request("PUT", path, { body: "22" });
      await dav.request("DELETE", path);
    }
    await dav.request("PUT", "l/versions", { body: "1" });
    await dav.request("PUT", "l/versions", { body: "two" });
  });
  afterAll(() => dav[Symbol.asyncDispose]());

  /** Lists a collection and asks every member alone. What is left of a lock's time may differ by a second. */
  async function compare(
    path: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<number> {
    const ask = async (at: string, depth: string, question: string) => {
      const answer = await dav.request("PROPFIND", at, {
        body: question,
        headers: { ...headers, Depth: depth },
      });
      expect(answer.status).toBe(207);
      return responsesOf((await answer.text()).replaceAll(/Second-\d+/g, "Second-…"));
    };
    const listed = await ask(path, "1", body);
    // Asked alone and without a body, a collection tells its quota, too.
    const alone = body === "" ? (forms.allprop ?? "") : body;
    const members = [...listed].slice(1);
    const asked = await Promise.all(members.map(async ([href]) => (await ask(href, "0", alone)).get(href)));
    for (const [at, [href, part]] of members.entries()) expect([href, asked[at]]).toEqual([href, part]);
    return listed.size;
  }

  it.each(Object.keys(forms))("[LI1] describe each member as it is described alone: %s", async (form) => {
    for (const headers of preferences) {
      const count = await compare("l/", forms[form] ?? "", headers);
      expect(count).toBe(1 + awkward.length + folders.length + 5);
    }
  });

  it.each([
    ["/remote.php/dav/files/test/l/", 24],
    ["/dav/remote.php/dav/files/test/l/", 24],
    ["/dav/trash/test/", 3],
    ["/dav/versions/test/l/", 24],
    ["/dav/versions/test/l/versions/", 2],
  ])("[LI1] describe each member as it is described alone: %s", async (path, count) => {
    for (const form of ["allprop", "four", "every live property", "what is not there"])
      expect(await compare(path, forms[form] ?? "", {})).toBe(count);
  });

  it("[LI1] describe each member as it is described alone: to a token that may write some of them", async () => {
    const ask = `<propfind ${d}><prop><current-user-privilege-set/><o:permissions xmlns:o="http://owncloud.org/ns"/></prop></propfind>`;
    const grantsOf: readonly (readonly [string, string])[][] = [
      [["app:test/l", "app/read"]],
      [
        ["app:test/l", "app/read"],
        ["app:test/l/sub", "app/write"],
        ["app:test/l/plain.txt", "app/write"],
      ],
    ];
    for (const grants of grantsOf) {
      const token = await dav.token(grants.map(([resource, can]) => ({ with: resource, can })));
      const headers = { Authorization: `Bearer ${token}` };
      expect(await compare("l/", ask, headers)).toBe(1 + awkward.length + folders.length + 5);
      const answer = await dav.request("PROPFIND", "l/", { body: ask, headers: { ...headers, Depth: "1" } });
      const mayWrite = (await answer.text()).match(/<D:write\/>/g) ?? [];
      expect(mayWrite.length).toBe(grants.length - 1);
    }
  });

  it("[LI3] what was told before is told again only while nothing in it has changed", async () => {
    await dav.request("MKCOL", "k/");
    await dav.request("MKCOL", "k/sub/");
    await dav.request("MKCOL", "k/sub/below/");
    for (const name of ["a", "b", "sub/c", "sub/below/d"])
      await dav.request("PUT", `k/${name}`, { body: name });
    const list = async (headers: Readonly<Record<string, string>>) => {
      const answer = await dav.request("PROPFIND", "k/", { body: forms.allprop ?? "", headers });
      return (await answer.text()).replaceAll(/Second-\d+/g, "Second-…");
    };
    const xml = { "Content-Type": "application/xml" };
    const property = `<propertyupdate ${d}><set><prop><o:own xmlns:o="urn:own">1</o:own></prop></set></propertyupdate>`;
    const lockinfo = `<lockinfo ${d}><lockscope><shared/></lockscope><locktype><write/></locktype></lockinfo>`;
    let lockToken = "";
    const to = (path: string) => ({ Destination: `${dav.server.url}/dav/apps/test/${path}` });
    const changes: readonly (() => Promise<Response>)[] = [
      () => dav.request("PUT", "k/a", { body: "other" }),
      () => dav.request("PUT", "k/sub/below/d", { body: "deep" }),
      () => dav.request("PROPPATCH", "k/b", { body: property }),
      () => dav.request("PROPPATCH", "k/", { body: property }),
      () => dav.request("PROPPATCH", "k/sub/below/d", { body: property }),
      async () => {
        const answer = await dav.request("LOCK", "k/b", { body: lockinfo, headers: xml });
        lockToken = answer.headers.get("lock-token") ?? "";
        return answer;
      },
      () => dav.request("UNLOCK", "k/b", { headers: { "Lock-Token": lockToken } }),
      () => dav.request("MOVE", "k/a", { headers: to("k/z") }),
      () => dav.request("COPY", "k/sub/", { headers: to("k/copy/") }),
      () => dav.request("MOVE", "k/sub/c", { headers: to("elsewhere") }),
      () => dav.request("DELETE", "k/copy/below/"),
      () => dav.request("MKCOL", "k/new/"),
      () => dav.request("DELETE", "k/new/"),
    ];
    for (const change of changes) {
      const before = await list({ Depth: "infinity" });
      for (let times = 0; times < 3; times += 1) {
        for (const depth of ["1", "infinity"]) await list({ Depth: depth });
        expect(await list({ Depth: "infinity" })).toBe(before);
        expect(await list({ Depth: "1", Brief: "t" })).toBe(await list({ Depth: "1" }));
      }
      expect((await change()).ok).toBe(true);
      expect(await list({ Depth: "infinity" })).not.toBe(before);
      for (let times = 0; times < 4; times += 1) await compare("k/", forms.allprop ?? "", {});
      expect(await list({ Depth: "1" })).not.toContain("sub/below/d");
    }
  });

  it("[LI3] is not told to another form of the address, another question, or less of a coding", async () => {
    const texts = new Set<string>();
    for (const path of ["l/", "/remote.php/dav/files/test/l/", "l/", "/remote.php/dav/files/test/l/"])
      for (const form of ["four", "propname", "one twice", "no property"])
        for (const depth of ["1", "infinity"])
          for (const headers of [{}, { Prefer: "return=minimal" }, { "Accept-Encoding": "gzip" }]) {
            const answer = await dav.request("PROPFIND", path, {
              body: forms[form] ?? "",
              headers: { Depth: depth, ...headers },
            });
            expect(answer.headers.get("preference-applied")).toBe(headers.Prefer ?? null);
            texts.add(`${path.startsWith("/")} ${form} ${await answer.text()}`);
          }
    // What is missing is left out of two of the forms when little is preferred.
    expect(texts.size).toBe(2 * (2 + 1 + 2 + 1));
  });
});

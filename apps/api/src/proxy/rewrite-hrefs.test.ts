import fc from "fast-check";
import { expect, test } from "vitest";
import { rewriteHrefs } from "./rewrite-hrefs.ts";

const endpoint = ["/dav", "http://localhost:3021/dav"];

async function rewritten(pieces: readonly Uint8Array[]): Promise<string> {
  const stream = rewriteHrefs(endpoint, "/api/webdav");
  const result = stream.toArray();
  for (const piece of pieces) stream.write(piece);
  stream.end();
  return Buffer.concat(await result).toString();
}

const listing = [
  '<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/dav/apps/relite/</D:href></D:response>',
  "<D:response><D:href>\n http://localhost:3021/dav/apps/relite/a%20b.txt</D:href></D:response>",
  "<D:response><D:href>/davx/apps/relite/</D:href><D:displayname>/dav/apps/ 書 href</D:displayname></D:response>",
  "<D:response><D:href>/other/dav/apps/</D:href></D:response></D:multistatus>",
].join("");
const expected = listing
  .replace(">/dav/apps/relite/<", ">/api/webdav/apps/relite/<")
  .replace("http://localhost:3021/dav/apps/relite/a", "/api/webdav/apps/relite/a");

test("[PX5] hrefs of the endpoint become the proxy's however the answer is cut into pieces", async () => {
  const bytes = new TextEncoder().encode(listing);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 60 }),
      async (cuts) => {
        const sorted = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end));
        expect(await rewritten(pieces)).toBe(expected);
      },
    ),
    { numRuns: 200, seed: 20_261_121 },
  );
  expect(await rewritten([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(expected);
});

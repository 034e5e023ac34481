import { createDavClient, type DavClient, type DavEntry, type DavLimits } from "../webdav/index.ts";
import { createRemoteDav } from "./remote-dav.ts";
import type { Lie } from "./remote-lies.ts";
import type { RemoteQuirks } from "./remote-multistatus.ts";
import { createRemoteTree } from "./remote-tree.ts";
import { serveHandler } from "./serve-handler.ts";

/** Names that servers and clients get wrong. */
export const awkwardNames = [
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

/** A client on a real server with a folder `top` of awkward names, for the time of the work. */
export const withDavServer = async (
  options: {
    quirks?: RemoteQuirks;
    lie?: () => Lie | null;
    authorization?: string;
    limits?: Partial<DavLimits>;
  },
  work: (client: DavClient) => Promise<void>,
) => {
  const tree = createRemoteTree();
  for (const name of awkwardNames) tree.putFile(`top/${name}`);
  tree.putFolder("top/a folder");
  tree.putFile("top/a folder/deep.epub");
  await using server = await serveHandler(createRemoteDav({ ...options, tree }).handle);
  const { limits = {} } = options;
  const client = createDavClient({ baseUrl: `${server.origin}/dav`, fetch, limits });
  await work(client);
};

export const collectEntries = async (entries: AsyncIterable<DavEntry>) => {
  const all: DavEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
};

/** Names directly in `top`. */
export const namesInTop = (entries: readonly DavEntry[]) =>
  entries.filter((entry) => entry.depth === 1).map((entry) => entry.path.slice("top/".length));

/** A client whose server always answers this. */
export const clientAnswered = (body: BodyInit | null, init: ResponseInit = { status: 207 }) =>
  createDavClient({ baseUrl: "http://dav.test/dav/", fetch: async () => new Response(body, init) });

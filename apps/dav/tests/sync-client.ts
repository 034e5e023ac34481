import type { TestServer } from "../src/testing/dav-fixture.ts";

export interface SyncAnswer {
  readonly status: number;
  readonly token: string;
  readonly isTruncated: boolean;
  /** By path without a slash at its end; null: gone. */
  readonly changes: ReadonlyMap<string, string | null>;
  readonly text: string;
}

interface Asked {
  readonly path?: string;
  readonly level?: string;
  readonly limit?: number;
}

/** Asks for a `sync-collection` report with ETags. */
export async function sync(
  dav: Pick<TestServer, "request">,
  token: string,
  { path = "", level = "infinite", limit }: Asked = {},
): Promise<SyncAnswer> {
  const limits = limit === undefined ? "" : `<limit><nresults>${limit}</nresults></limit>`;
  const body = `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>${level}</sync-level>${limits}<prop><getetag/></prop></sync-collection>`;
  const answer = await dav.request("REPORT", path, { body, headers: { Depth: "0" } });
  const text = await answer.text();
  const changes = new Map<string, string | null>();
  for (const [, part = ""] of text.matchAll(/<D:response>(.*?)<\/D:response>/gs)) {
    if (part.includes(" 507 ")) continue;
    const name = pathOf(part);
    if (changes.has(name)) throw new Error(`${name} twice`);
    changes.set(name, part.includes(" 404 ") && !part.includes("propstat") ? null : etagOf(part));
  }
  const next = /<D:sync-token>([^<]*)</.exec(text)?.[1] ?? "";
  return { status: answer.status, token: next, isTruncated: text.includes(" 507 "), changes, text };
}

/** What is there, by path: a file's ETag, or `collection`. */
export async function listing(dav: Pick<TestServer, "request">): Promise<Map<string, string>> {
  const body = '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>';
  const answer = await dav.request("PROPFIND", "", { body, headers: { Depth: "infinity" } });
  const parts = [...(await answer.text()).matchAll(/<D:response>(.*?)<\/D:response>/gs)];
  const all = new Map(parts.map(([, part = ""]) => [pathOf(part), etagOf(part)]));
  all.delete("");
  return all;
}

function pathOf(part: string): string {
  return /<D:href>\/dav\/apps\/test\/([^<]*?)\/?<\/D:href>/.exec(part)?.[1] ?? "";
}

function etagOf(part: string): string {
  const isCollection = /<D:href>[^<]*\/<\/D:href>/.test(part);
  return isCollection ? "collection" : (/<D:getetag>([^<]*)</.exec(part)?.[1] ?? "");
}

/** A client that knows the tree by reports alone, as many as it takes; begins anew when its token is refused. */
export function createSyncClient(dav: Pick<TestServer, "request">, limit: () => number | undefined) {
  let token = "";
  const known = new Map<string, string>();
  let isDone = false;

  async function once(): Promise<void> {
    const nresults = limit();
    const answer = await sync(dav, token, nresults === undefined ? {} : { limit: nresults });
    if (answer.status === 403) {
      known.clear();
      token = "";
      return;
    }
    // One change may be more than the limit: then it is asked for whole.
    if (answer.status === 507) return;
    if (answer.status !== 207) throw new Error(`REPORT ${answer.status}: ${answer.text}`);
    for (const [path, etag] of answer.changes) {
      if (etag === null || etag !== "collection") {
        for (const below of [...known.keys()].filter((one) => one.startsWith(`${path}/`)))
          known.delete(below);
      }
      if (etag === null) known.delete(path);
      else known.set(path, etag);
    }
    token = answer.token;
    isDone = !answer.isTruncated;
  }

  return {
    known,
    async catchUp(): Promise<void> {
      isDone = false;
      for (let round = 0; !isDone; round += 1) {
        if (round > 1_000) throw new Error("does not come to an end");
        await once();
      }
    },
  };
}

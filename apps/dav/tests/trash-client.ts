import type { TestServer } from "../src/testing/dav-fixture.ts";

type Sender = Pick<TestServer, "request">;

export interface Listed {
  readonly href: string;
  /** Values by local name, of whatever namespace; without what answered 404. */
  readonly values: ReadonlyMap<string, string>;
}

const properties =
  '<propfind xmlns="DAV:" xmlns:r="urn:relite:dav" xmlns:n="http://nextcloud.org/ns"><prop><getetag/><getcontentlength/>' +
  "<r:original-path/><r:restore-to/><r:deleted-at/><r:deleted-by/><r:size/><r:expires-at/><r:replaced-at/><r:replaced-by/>" +
  "<n:trashbin-filename/><n:trashbin-original-location/><n:trashbin-deletion-time/></prop></propfind>";

/** The members of a collection of trash or versions. */
export async function listKept(dav: Sender, path: string, headers = {}): Promise<readonly Listed[]> {
  const answer = await dav.request("PROPFIND", path, {
    body: properties,
    headers: { Depth: "1", ...headers },
  });
  if (answer.status !== 207) throw new Error(`PROPFIND ${path}: ${answer.status}`);
  const parts = [...(await answer.text()).matchAll(/<D:response>(.*?)<\/D:response>/gs)];
  return parts.slice(1).map(([, part = ""]) => {
    const found = part.split("<D:propstat>").find((one) => one.includes(" 200 ")) ?? "";
    const values = [...found.matchAll(/<(?:\w+:)?([\w-]+)(?: [^>]*)?>([^<]*)<\/(?:\w+:)?\1>/g)];
    return {
      href: /<D:href>([^<]*)</.exec(part)?.[1] ?? "",
      values: new Map(values.map(([, name = "", value = ""]) => [name, value])),
    };
  });
}

export const trashOf = (dav: Sender, app = "test") => listKept(dav, `/dav/trash/${app}/`);
export const versionsOf = (dav: Sender, path: string) => listKept(dav, `/dav/versions/test/${path}/`);

/** Brings an entry or a version to a path below the app `test`. */
export async function bring(
  dav: Sender,
  href: string,
  path: string,
  {
    method = "MOVE",
    headers = {},
  }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<number> {
  const destination = path.startsWith("/") ? path : `/dav/apps/test/${path}`;
  return (await dav.request(method, href, { headers: { Destination: destination, ...headers } })).status;
}

export async function textOf(dav: Sender, path: string): Promise<string | number> {
  const answer = await dav.request("GET", path);
  return answer.ok ? await answer.text() : answer.status;
}

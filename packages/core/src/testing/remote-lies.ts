import type { RemoteQuirks } from "./remote-multistatus.ts";
import type { RemoteRequest } from "./remote-request.ts";

/** A false answer. `drop` is the worst: well formed, but some children are left out. */
export type Lie =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: "truncated"; readonly share: number }
  | { readonly kind: "empty" }
  | { readonly kind: "nothing" }
  /** Well formed, but of something else: one folder that is not there, and no word of the collection itself. */
  | { readonly kind: "strange" }
  | { readonly kind: "html"; readonly status: 200 | 207 }
  | { readonly kind: "drop"; readonly keep: (index: number) => boolean }
  | { readonly kind: "reversed" }
  | { readonly kind: "broken" }
  /** No answer ever. */
  | { readonly kind: "silent" }
  | { readonly kind: "quirks"; readonly quirks: RemoteQuirks };

export async function applyLie(
  lie: Lie,
  request: RemoteRequest,
  tell: (quirks: RemoteQuirks) => Response,
): Promise<Response> {
  switch (lie.kind) {
    case "status":
      return new Response(null, { status: lie.status, headers: lie.headers ?? {} });
    case "truncated":
      return truncate(tell({}), lie.share);
    case "empty":
      return tell({ keep: () => false });
    case "nothing":
      return multistatus('<D:multistatus xmlns:D="DAV:"></D:multistatus>');
    case "strange":
      return multistatus(strangeListing);
    case "html":
      return new Response("<!DOCTYPE html><html><body>Please log in</body></html>", {
        status: lie.status,
        headers: { "content-type": "text/html" },
      });
    case "drop":
      return tell({ keep: lie.keep });
    case "reversed":
      return tell({ reversed: true });
    case "broken":
      throw new TypeError(`fetch failed: socket hang up on ${request.method}`);
    case "silent":
      return new Promise(() => undefined);
    case "quirks":
      return tell(lie.quirks);
  }
}

const strangeListing = `<D:multistatus xmlns:D="DAV:"><D:response><D:href>strange/</D:href><D:propstat><D:prop>
<D:resourcetype><D:collection/></D:resourcetype></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;

async function truncate(whole: Response, share: number): Promise<Response> {
  const text = await whole.text();
  return new Response(text.slice(0, Math.floor(text.length * share)), {
    status: whole.status,
    headers: whole.headers,
  });
}

function multistatus(body: string): Response {
  return new Response(body, { status: 207, headers: { "content-type": "application/xml" } });
}

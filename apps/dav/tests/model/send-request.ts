import type { TestRequest } from "../../src/testing/dav-fixture.ts";
import { isTransfer, type ModelRequest } from "./model-request.ts";

export type Send = (method: string, path: string, init?: TestRequest) => Promise<Response>;

/** Where the model's top is on the server: `/dav/apps/test` or a collection in it. */
export type Base = string;

export const urlOf = (base: Base, path: string) =>
  base + (path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`);

/** Sends a model's request as the principal whose sender is given. */
export function sendRequest(send: Send, base: Base, request: ModelRequest): Promise<Response> {
  const { method, path, slash } = request;
  const url = urlOf(base, path) + (slash || path === "" ? "/" : "");
  const body = bodyOf(request);
  const headers = headersOf(base, request, body);
  return send(method, url, body === "" && method !== "PUT" ? { headers } : { headers, body });
}

function headersOf(base: Base, request: ModelRequest, body: string): Record<string, string> {
  const { depth, overwrite, ifMatch, ifNoneMatch, ifLists, modifiedSec } = request;
  const headers: Record<string, string> = {};
  if (isTransfer(request)) headers.Destination = destinationOf(base, request);
  if (depth !== null) headers.Depth = depth;
  if (overwrite !== null) headers.Overwrite = overwrite;
  if (ifMatch !== null) headers["If-Match"] = ifMatch;
  if (ifNoneMatch !== null) headers["If-None-Match"] = ifNoneMatch;
  const lists = ifLists.map(({ path, terms }) => {
    const texts = terms.map(
      ({ kind, value, not }) => (not ? "Not " : "") + (kind === "etag" ? `["${value}"]` : `<${value}>`),
    );
    return `<${urlOf(base, path) || "/"}> (${texts.join(" ")})`;
  });
  if (lists.length > 0) headers.If = lists.join(" ");
  if (request.method === "UNLOCK") headers["Lock-Token"] = `<${request.lockToken}>`;
  if (request.method === "PUT" && modifiedSec !== null) headers["X-OC-Mtime"] = String(modifiedSec);
  if (request.method === "PATCH") {
    headers["Content-Type"] = "application/x-sabredav-partialupdate";
    headers["X-Update-Range"] = request.patchAt === null ? "append" : `bytes=${request.patchAt}-`;
  }
  if (request.method === "MKCOL" && body !== "") headers["Content-Type"] = "application/xml";
  return headers;
}

function destinationOf(base: Base, { destination, badDestination, slash }: ModelRequest): string {
  if (badDestination === "other host") return `http://elsewhere.example${urlOf(base, destination)}`;
  if (badDestination === "outside") return "/elsewhere/x";
  if (badDestination === "unclean") return `${base}/a/%2e%2e/b`;
  return urlOf(base, destination) + (slash || destination === "" ? "/" : "");
}

function bodyOf(request: ModelRequest): string {
  const { method, set, remove, isProtected, modifiedSec } = request;
  if (method === "PUT" || method === "PATCH") return request.body;
  const props = [...set].map(([name, value]) => propertyXml(name, value)).join("");
  const setXml = props === "" ? "" : `<set><prop>${props}</prop></set>`;
  if (method === "MKCOL" && setXml !== "") return `<mkcol xmlns="DAV:">${setXml}</mkcol>`;
  if (method === "LOCK" && !request.isRefresh) {
    const scope = request.shared ? "shared" : "exclusive";
    return `<lockinfo xmlns="DAV:"><lockscope><${scope}/></lockscope><locktype><write/></locktype></lockinfo>`;
  }
  if (method !== "PROPPATCH") return "";
  const gone = remove.map((name) => `<remove><prop><${name} xmlns="urn:model"/></prop></remove>`).join("");
  const touch =
    modifiedSec === null
      ? ""
      : `<set><prop><getlastmodified>${new Date(modifiedSec * 1000).toUTCString()}</getlastmodified></prop></set>`;
  const refused = isProtected ? "<set><prop><getetag>x</getetag></prop></set>" : "";
  return `<propertyupdate xmlns="DAV:">${setXml}${gone}${touch}${refused}</propertyupdate>`;
}

/** The element as it is sent, and as it comes back. */
export function propertyXml(name: string, value: string): string {
  return `<${name} xmlns="urn:model">${value}</${name}>`;
}

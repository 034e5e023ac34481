import { ReliteError } from "@relite/core/errors";
import { isDav, type PropfindRequest, readNames } from "./propfind-request.ts";
import { readXml, type XmlElement } from "./read-xml.ts";

export interface SyncRequest {
  /** Empty: from the beginning. */
  readonly token: string;
  /** Null: the Depth header says (as in drafts of the report). */
  readonly level: "1" | "infinite" | null;
  readonly limit: number | null;
  readonly properties: PropfindRequest;
}

/** A `sync-collection` report (RFC 6578 §6.1); `forbidden` with `supported-report` when another is asked for. */
export function readSyncRequest(body: Buffer): SyncRequest {
  const root = readXml(body);
  if (!isDav(root, "sync-collection")) {
    throw new ReliteError("forbidden", "This server has the report sync-collection only", {
      reason: "unknown_report",
      details: { condition: "supported-report" },
    });
  }
  const child = (name: string) => root.children.find((one) => isDav(one, name));
  const token = child("sync-token");
  const level = child("sync-level")?.text.trim() ?? null;
  if (token === undefined || (level !== null && level !== "1" && level !== "infinite")) throw malformed();
  const prop = child("prop");
  const names = prop === undefined ? [] : readNames(prop);
  const limit = readLimit(child("limit"));
  return { token: token.text.trim(), level, limit, properties: { kind: "prop", names } };
}

function readLimit(limit: XmlElement | undefined): number | null {
  if (limit === undefined) return null;
  const text = limit.children.find((one) => isDav(one, "nresults"))?.text.trim() ?? "";
  if (!/^[1-9]\d{0,8}$/.test(text)) throw malformed();
  return Number(text);
}

function malformed(): ReliteError {
  return new ReliteError("bad_request", "The report is malformed", { reason: "bad_xml" });
}

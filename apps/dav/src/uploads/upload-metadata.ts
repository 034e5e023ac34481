import { ReliteError } from "@relite/core/errors";
import { parsePathSegments } from "@relite/core/ucan";

const maxMetadataBytes = 4_096;
const maxKeys = 50;

/** Reads tus' `Upload-Metadata`: `key base64,key base64,…`, a value may be missing. `bad_request` when it is malformed. */
export function readUploadMetadata(header: string | string[] | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const text = String(header ?? "").trim();
  if (text.length > maxMetadataBytes) throw malformed();
  const items = text === "" ? [] : text.split(",");
  if (items.length > maxKeys) throw malformed();
  for (const item of items) {
    const [, key, encoded = ""] = /^\s*([^\s,]+)(?: ([A-Za-z0-9+/_-]*={0,2}))?\s*$/.exec(item) ?? [];
    const value = decodeText(encoded);
    if (key === undefined || value === null || values.has(key)) throw malformed();
    values.set(key, value);
  }
  return values;
}

/**
 * Where the file goes: `path`, `filename` or `name` of the metadata below a collection, names parted by `/`, under the
 * grammar every path of this server has. `bad_path` when it does not follow it or is missing.
 */
export function targetInMetadata(
  metadata: ReadonlyMap<string, string>,
  collection: readonly string[],
): readonly string[] {
  const path = metadata.get("path") ?? metadata.get("filename") ?? metadata.get("name") ?? "";
  const names = path.split("/");
  if (names.includes("")) throw badPath();
  const parsed = parsePathSegments(
    [...collection, ...names].map((name) => `/${encodeURIComponent(name)}`).join(""),
  );
  if (!parsed.ok || parsed.endsWithSlash) throw badPath();
  return parsed.segments;
}

function decodeText(encoded: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(encoded, "base64"));
  } catch {
    return null;
  }
}

function malformed(): ReliteError {
  return new ReliteError("bad_request", "Upload-Metadata is malformed", { reason: "bad_metadata" });
}

function badPath(): ReliteError {
  return new ReliteError("bad_path", "Upload-Metadata names no file that could be here", {
    reason: "bad_path",
  });
}

import { ReliteError } from "../errors/index.ts";

/** Longest decoded path that is worked with, in UTF-16 units. */
export const maxPathLength = 4_096;

/** Decoded path (segments joined by `/`, "" for the base itself) → percent-encoded; refuses `bad_path`. */
export function encodePath(path: string): string {
  if (path === "") return "";
  if (path.length > maxPathLength) throw badPath("too_long");
  return path.split("/").map(encodeSegment).join("/");
}

export function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** The folder a path lies in; "" for what lies in the base itself. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a decoded segment may stand in a path: not empty, no dots-only step, no slash, NUL or lone surrogate. */
export function isSegment(segment: string): boolean {
  return (
    segment !== "" &&
    segment !== "." &&
    segment !== ".." &&
    !segment.includes("/") &&
    !segment.includes("\u0000") &&
    segment.isWellFormed()
  );
}

/**
 * Percent-decodes one segment as servers really write them: a `%` that is no escape stays. Null when the bytes are
 * no UTF-8.
 */
export function decodeSegment(raw: string): string | null {
  if (!raw.includes("%")) return raw;
  try {
    return raw.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
  } catch {
    return null;
  }
}

function encodeSegment(segment: string): string {
  if (!isSegment(segment)) throw badPath("bad_segment");
  return encodeURIComponent(segment);
}

function badPath(reason: string): ReliteError {
  return new ReliteError("bad_path", "The path cannot be sent to a WebDAV server.", { reason });
}

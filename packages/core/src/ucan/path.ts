export type ParsedPath =
  | { readonly ok: true; readonly segments: readonly string[]; readonly endsWithSlash: boolean }
  | { readonly ok: false; readonly code: "bad_path" };

const maxSegmentBytes = 255;
const maxSegments = 128;
const encoder = new TextEncoder();
const plainSegment = /^[A-Za-z0-9_~ -][A-Za-z0-9._~ -]*$/;

/**
 * The one place where a URL path is decoded: raw path (no query) → NFC segments, or `bad_path`.
 * Authorisation and storage both use these segments; nothing decodes a second time.
 */
export function parsePathSegments(rawPath: string): ParsedPath {
  if (!/^\/[\x21-\x7e]*$/.test(rawPath) || /[?#\\]/.test(rawPath)) return badPath;
  const endsWithSlash = rawPath.endsWith("/");
  const inner = rawPath.slice(1, endsWithSlash && rawPath.length > 1 ? -1 : undefined);
  const rawSegments = inner === "" && rawPath.length === 1 ? [] : inner.split("/");
  if (rawSegments.length > maxSegments) return badPath;
  const segments: string[] = [];
  for (const raw of rawSegments) {
    const segment = decodeSegment(raw);
    if (segment === null || !isPathSegment(segment)) return badPath;
    segments.push(segment);
  }
  return { ok: true, segments, endsWithSlash };
}

/** Whether a decoded NFC name may stand in a path: no dots, separators or characters XML 1.0 cannot carry. */
export function isPathSegment(segment: string): boolean {
  // Most names: plain ASCII that begins with neither dot, without separators.
  if (segment.length <= maxSegmentBytes && plainSegment.test(segment)) return true;
  if (segment === "" || segment === "." || segment === "..") return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[/\\\u0000-\u001f\u007f\ufffe\uffff]/.test(segment)) return false;
  if (!segment.isWellFormed() || segment.normalize("NFC") !== segment) return false;
  return encoder.encode(segment).length <= maxSegmentBytes;
}

const badPath: ParsedPath = { ok: false, code: "bad_path" };

function decodeSegment(raw: string): string | null {
  // What needs no decoding is ASCII, and so in NFC.
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw).normalize("NFC");
  } catch {
    return null;
  }
}

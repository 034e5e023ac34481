/** An entity tag for comparing content: without `W/`, quotes and the suffix compression puts on (`-gzip`, `;gzip`). */
export function etagKey(etag: string | null): string | null {
  if (etag === null) return null;
  const bare = etag.trim().replace(/^W\//i, "").replace(/^"|"$/g, "");
  const key = bare.replace(/[-;](gzip|br|deflate|zstd)$/i, "");
  return key === "" ? null : key;
}

/** Adds newly verified checksums to those known of the same content; each algorithm once: `SHA1:… MD5:…`. */
export function mergeChecksums(known: string | null, more: string): string {
  const all = new Map<string, string>();
  for (const item of [...(known ?? "").split(" "), ...more.split(" ")]) {
    const [name = ""] = item.split(":", 1);
    if (name !== "") all.set(name, item);
  }
  return [...all.values()].join(" ");
}

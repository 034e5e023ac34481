import type { DavClient } from "@relite/core/webdav";

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** null where the server does not say. */
  readonly sizeBytes: number | null;
}

export interface FolderPage {
  /** Folders first, names as the page's language sorts them. */
  readonly entries: readonly FolderEntry[];
  /** Whether there is more than is shown. */
  readonly isCut: boolean;
}

/** What somebody can look through by hand. */
const mostEntries = 1_000;

/** The members of a folder on the endpoint. */
export async function listFolder(
  client: Pick<DavClient, "list">,
  segments: readonly string[],
): Promise<FolderPage> {
  const entries: FolderEntry[] = [];
  const properties = ["resourcetype", "getcontentlength"];
  for await (const entry of client.list(segments.join("/"), { depth: 1, properties })) {
    if (entry.depth !== 1 || entry.status !== null) continue;
    if (entries.length === mostEntries) return { entries: sorted(entries), isCut: true };
    const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
    entries.push({ name, isFolder: entry.isCollection, sizeBytes: entry.sizeBytes });
  }
  return { entries: sorted(entries), isCut: false };
}

function sorted(entries: readonly FolderEntry[]): readonly FolderEntry[] {
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  return entries.toSorted((a, b) => Number(b.isFolder) - Number(a.isFolder) || compare(a.name, b.name));
}

import type { Connection } from "../../connections/index.ts";
import { type BookFacts, type FolderCommit, type NewBook, recogniseFormat } from "../../library/index.ts";

export const anna = "00000000-0000-4000-8000-00000000000a";
export const ben = "00000000-0000-4000-8000-00000000000b";

/** A connection row for contract tests; ids are given so that runs repeat. */
export function connectionRow(userId: string, id: string, patch: Partial<Connection> = {}): Connection {
  return {
    id,
    userId,
    name: `Server ${id}`,
    url: "https://dav.example/books/",
    host: "dav.example:443",
    authKind: "basic",
    username: "reader",
    sealedSecret: { keyId: "k1", bytes: new Uint8Array([0, 1, 254, 255]) },
    status: "idle",
    failure: null,
    failures: 0,
    lastSyncAtMs: null,
    nextSyncAtMs: null,
    serverIdentity: null,
    createdAtMs: 1_000,
    updatedAtMs: 1_000,
    ...patch,
  };
}

export function bookFacts(path: string, patch: Partial<BookFacts> = {}): BookFacts {
  const cut = path.lastIndexOf("/");
  const name = path.slice(cut + 1);
  return {
    path,
    folder: cut === -1 ? "" : path.slice(0, cut),
    name,
    format: recogniseFormat(name) ?? "epub",
    title: name,
    titleKey: name.toLowerCase(),
    searchText: path.toLowerCase(),
    sizeBytes: 100,
    etag: '"a"',
    modifiedAtMs: 5_000,
    ...patch,
  };
}

export function newBook(id: string, path: string, patch: Partial<NewBook> = {}): NewBook {
  return { ...bookFacts(path, patch), id, addedAtMs: 9_000, ...patch };
}

export function folderFacts(path: string) {
  return { path, etag: null, modifiedAtMs: null };
}

export function listed(path: string, patch: Partial<FolderCommit> = {}): FolderCommit {
  return {
    folder: folderFacts(path),
    outcome: "listed",
    folders: [],
    goneFolders: [],
    added: [],
    seen: [],
    absentIds: [],
    ...patch,
  };
}

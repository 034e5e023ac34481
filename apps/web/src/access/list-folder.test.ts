import type { DavEntry } from "@relite/core/webdav";
import { describe, expect, it } from "vitest";
import { listFolder } from "./list-folder.ts";

const entry = (path: string, change: Partial<DavEntry> = {}): DavEntry => ({
  path,
  depth: 1,
  isCollection: false,
  status: null,
  sizeBytes: 3,
  modifiedAtMs: null,
  etag: null,
  contentType: null,
  properties: new Map(),
  ...change,
});

function clientOf(entries: readonly DavEntry[]) {
  const asked: string[] = [];
  async function* list(path: string) {
    asked.push(path);
    yield* entries;
  }
  return { asked, client: { list } };
}

describe("a folder to choose from", () => {
  it("[WAC7] has its folders first and its names in order, without itself and what cannot be read", async () => {
    const { client, asked } = clientOf([
      entry("apps/files/my books", { depth: 0, isCollection: true }),
      entry("apps/files/my books/n10.txt"),
      entry("apps/files/my books/N9.txt", { sizeBytes: null }),
      entry("apps/files/my books/hidden", { status: 403 }),
      entry("apps/files/my books/z", { isCollection: true, sizeBytes: null }),
    ]);
    expect(await listFolder(client, ["apps", "files", "my books"])).toEqual({
      entries: [
        { name: "z", isFolder: true, sizeBytes: null },
        { name: "N9.txt", isFolder: false, sizeBytes: null },
        { name: "n10.txt", isFolder: false, sizeBytes: 3 },
      ],
      isCut: false,
    });
    expect(asked).toEqual(["apps/files/my books"]);
  });

  it("[WAC7] is cut at 1,000 entries, and says so", async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => entry(`apps/files/${index}`));
    const page = await listFolder(clientOf(many).client, ["apps", "files"]);
    expect([page.entries.length, page.isCut]).toEqual([1_000, true]);
    expect((await listFolder(clientOf(many.slice(1)).client, ["apps", "files"])).isCut).toBe(false);
  });
});

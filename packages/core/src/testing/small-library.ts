import type { Lie } from "./remote-lies.ts";
import { createScanWorld, type ScanWorld } from "./scan-world.ts";

/** Eight awkward names of books. */
export const bookNames = [
  "plain.epub",
  "with space & plus+.pdf",
  "100% #1? (really) 'q' \"dq\".mobi",
  "三体.epub",
  "e\u0301te\u0301.azw3",
  "🙂.cbz",
  `${"长".repeat(60)}.txt`,
  "War and Peace.fb2.zip",
];

/** A scan world over a small tree with awkward names, an empty folder and files that are no books. */
export async function createSmallLibrary(): Promise<ScanWorld> {
  const world = await createScanWorld();
  for (const name of bookNames) world.tree.putFile(name);
  for (const folder of ["a", "a/b", "c d%"])
    for (const name of bookNames) world.tree.putFile(`${folder}/${name}`);
  for (const other of ["cover.jpg", "notes.opf", ".hidden.epub", "._plain.epub", "README"])
    world.tree.putFile(`a/${other}`);
  world.tree.putFolder("empty");
  return world;
}

/** Books in it: every name in four folders. */
export const smallLibrarySize = bookNames.length * 4;
export const bookStates = async (world: ScanWorld) =>
  Object.fromEntries((await world.allBooks()).map((book) => [book.path, book.state]));
/** Tells a lie about the first listing of a folder. */
export const lieOnce = (lie: Lie, path: string) => {
  let told = false;
  return {
    lie: (request: { path: string; depth: string | null }) => {
      if (told || request.path !== path || request.depth !== "1") return null;
      told = true;
      return lie;
    },
  };
};
/** Tells a lie about every listing of a folder. */
export const lieAlways = (lie: Lie, path: string) => ({
  lie: (request: { path: string; depth: string | null }) =>
    request.path === path && request.depth === "1" ? lie : null,
});

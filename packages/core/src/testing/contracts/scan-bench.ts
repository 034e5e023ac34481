import { type FolderCommit, noCounts } from "../../library/index.ts";
import type { LibraryRepositories } from "../memory-repositories.ts";
import { anna, connectionRow } from "./rows.ts";

/** Repositories in which connection `c1` of `anna` has its first round open, with short ways to work on it. */
export async function openScanBench(make: () => Promise<LibraryRepositories>) {
  const repositories = await make();
  await repositories.connections.insert(anna, connectionRow(anna, "c1"));
  await repositories.scans.openRound(anna, "c1", { nowMs: 1_000, staleBeforeMs: 0 });
  const commit = (round: number, ...commits: FolderCommit[]) =>
    repositories.scans.commitFolders(anna, "c1", round, commits, noCounts);
  const stateOf = async (id: string) => (await repositories.books.get(anna, id))?.state;
  const foldersNow = async () =>
    new Map((await repositories.scans.listFolderStates(anna, "c1")).map((row) => [row.path, row]));
  const nextRound = async (number: number) => {
    await repositories.scans.closeRound(anna, "c1", number, {
      status: "complete",
      counts: noCounts,
      nowMs: number,
    });
    return repositories.scans.openRound(anna, "c1", { nowMs: 2_000 + number, staleBeforeMs: 0 });
  };
  return { ...repositories, commit, stateOf, foldersNow, nextRound };
}

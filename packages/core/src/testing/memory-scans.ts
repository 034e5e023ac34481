import { ReliteError } from "../errors/index.ts";
import { type Book, isLost, type Move, noCounts, type ScanStore } from "../library/index.ts";
import { applyCommit, refuseTakenIds } from "./memory-scan-commit.ts";
import { type ConnectionRows, connectionRows, owns, putFolder, seenAgain } from "./memory-scan-rows.ts";
import type { MemoryTables, RoundRow } from "./memory-tables.ts";

export function createMemoryScans(tables: MemoryTables): ScanStore {
  const open = (userId: string, connectionId: string): ConnectionRows => {
    if (!owns(tables, userId, connectionId)) throw new ReliteError("not_found", "No such connection.");
    return connectionRows(tables, userId, connectionId);
  };
  const peek = (userId: string, connectionId: string): ConnectionRows | null =>
    owns(tables, userId, connectionId) ? connectionRows(tables, userId, connectionId) : null;
  return {
    openRound: async (userId, connectionId, at) => openRound(open(userId, connectionId), at),
    listFolderStates: async (userId, connectionId) => [
      ...(peek(userId, connectionId)?.folders.values() ?? []),
    ],
    readFolders: async (userId, connectionId, paths) => {
      const rows = peek(userId, connectionId);
      const folders = Map.groupBy(rows?.folders.values() ?? [], (row) => row.parent);
      const books = Map.groupBy(rows?.books() ?? [], (row) => row.folder);
      return paths.map((path) => ({
        path,
        folders: folders.get(path) ?? [],
        books: books.get(path) ?? [],
      }));
    },
    commitFolders: async (userId, connectionId, round, commits, counts) => {
      const rows = open(userId, connectionId);
      refuseTakenIds(tables, commits);
      for (const commit of commits) applyCommit(rows, round, commit);
      rows.changeRound(round, { counts });
    },
    markAbsent: async (userId, connectionId, round) => {
      const rows = open(userId, connectionId);
      for (const book of rows.known()) {
        if (rows.folders.get(book.folder)?.isGone) rows.put({ ...book, absentRound: round });
      }
      const known = rows.known();
      return { known: known.length, absent: known.filter((book) => book.absentRound === round).length };
    },
    listLost: async (userId, connectionId, round, { afterId, limit }) =>
      (peek(userId, connectionId)?.books() ?? [])
        .filter((book) => isLost(book, round) && book.id > afterId)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit),
    findRecent: async (userId, connectionId, sinceRound, sizes) =>
      (peek(userId, connectionId)?.books() ?? []).filter(
        (book) =>
          book.state === "present" &&
          book.absentRound === null &&
          book.firstRound >= sinceRound &&
          book.sizeBytes !== null &&
          sizes.includes(book.sizeBytes),
      ),
    applyMoves: async (userId, connectionId, moves) => {
      const rows = open(userId, connectionId);
      for (const move of moves) applyMove(rows, move);
    },
    settleAbsent: async (userId, connectionId, round, decision) => {
      const rows = open(userId, connectionId);
      const outcome = { suspect: 0, missing: 0 };
      for (const book of rows.known().filter((row) => row.absentRound === round)) {
        if (decision.kind === "forget") rows.put({ ...book, ...seenAgain });
        else if (decision.kind === "accept" || isGoneForGood(book, round, decision)) {
          rows.put({ ...book, state: "missing", missingSinceMs: decision.nowMs });
          outcome.missing += 1;
        } else if (decision.isComplete && book.state === "present") {
          rows.put({ ...book, state: "suspect", suspectRound: round });
          outcome.suspect += 1;
        }
      }
      return outcome;
    },
    closeRound: async (userId, connectionId, round, { status, counts, nowMs }) => {
      const rows = open(userId, connectionId);
      rows.changeRound(round, { status, counts, finishedAtMs: nowMs });
      const inUse = new Set(rows.known().map((book) => book.folder));
      for (const [path, row] of rows.folders) if (row.isGone && !inUse.has(path)) rows.folders.delete(path);
    },
  };
}

function openRound(rows: ConnectionRows, { nowMs, staleBeforeMs }: { nowMs: number; staleBeforeMs: number }) {
  const last = rows.rounds.at(-1);
  if (last?.status === "running" && last.startedAtMs >= staleBeforeMs) return { ...last, resumed: true };
  if (last?.status === "running") rows.changeRound(last.number, { status: "aborted", finishedAtMs: nowMs });
  const row: RoundRow = {
    userId: rows.userId,
    connectionId: rows.connectionId,
    number: (last?.number ?? 0) + 1,
    status: "running",
    counts: noCounts,
    startedAtMs: nowMs,
    finishedAtMs: null,
  };
  rows.rounds.push(row);
  if (!rows.folders.has("")) putFolder(rows, { path: "", etag: null, modifiedAtMs: null });
  return { ...row, resumed: false };
}

function applyMove(rows: ConnectionRows, { lostId, foundId, facts }: Move): void {
  const lost = rows.byId(lostId);
  const found = rows.byId(foundId);
  if (lost === undefined || found === undefined) return;
  const readState = lost.readState === "unread" ? found.readState : lost.readState;
  rows.drop(foundId);
  rows.put({ ...lost, ...facts, readState, ...seenAgain });
}

function isGoneForGood(
  book: Book,
  round: number,
  decision: { readonly confirmedIds: readonly string[]; readonly promotes: boolean },
): boolean {
  if (decision.confirmedIds.includes(book.id)) return true;
  return decision.promotes && book.state === "suspect" && (book.suspectRound ?? round) < round;
}

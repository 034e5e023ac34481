import { isReliteError } from "../errors/index.ts";
import { classifyFailure, type DavClient } from "../webdav/index.ts";
import type { Book } from "./book.ts";
import { judgeAbsence } from "./guard.ts";
import { type MoveCandidate, matchMoves } from "./moves.ts";
import type { Proposal, ProposalKind, ProposalRepository } from "./proposal.ts";
import { sampleByGroup } from "./sample.ts";
import type { Absence, Move, ScanStore } from "./scan-store.ts";
import { searchTextOf } from "./search.ts";

export interface SettleInput {
  readonly userId: string;
  readonly connectionId: string;
  readonly round: number;
  /** Every folder was listed or is refused for good. */
  readonly isComplete: boolean;
  /** Books this round found new. */
  readonly added: number;
  readonly scans: ScanStore;
  readonly proposals: ProposalRepository;
  readonly client: DavClient;
  readonly nowMs: number;
  readonly createId: () => string;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface Settlement {
  readonly missing: number;
  readonly suspect: number;
  readonly moved: number;
  readonly proposal: Proposal | null;
  /** True when the server still has what its listing lacked: nothing was concluded from it. */
  readonly isContradicted: boolean;
  readonly requests: number;
}

const pageSize = 500;
/** How many absent books are asked for one by one before anything is concluded. */
const maxConfirmed = 64;
const confirmedAtOnce = 8;

/** Decides what a walked round means for the books it did not see: moved, suspect, missing, or the user's to decide. */
export async function settleRound(input: SettleInput): Promise<Settlement> {
  const { userId, connectionId, round, scans } = input;
  let absence = await scans.markAbsent(userId, connectionId, round);
  // With nothing newly lost and nothing newly found, the round before has matched all there is.
  const moved = absence.absent + input.added === 0 ? 0 : await applyMoves(input);
  if (moved > 0) absence = await scans.markAbsent(userId, connectionId, round);
  const quiet = { missing: 0, suspect: 0, moved, proposal: null, isContradicted: false, requests: 0 };
  if (absence.absent === 0) {
    await supersede(input);
    return quiet;
  }
  const kind = judgeAbsence({ ...absence, isRootEmpty: await isRootEmpty(input) });
  if (kind !== null) return { ...quiet, proposal: await propose(input, kind, absence) };
  const asked = await confirm(input);
  if (asked.isContradicted) {
    await scans.settleAbsent(userId, connectionId, round, { kind: "forget" });
    return { ...quiet, isContradicted: true, requests: asked.requests };
  }
  const outcome = await scans.settleAbsent(userId, connectionId, round, {
    kind: "apply",
    confirmedIds: asked.goneIds,
    isComplete: input.isComplete,
    promotes: input.isComplete && asked.isAnswered,
    nowMs: input.nowMs,
  });
  await supersede(input);
  return { ...quiet, ...outcome, requests: asked.requests };
}

/** Lost books (absent now or missing) that were found elsewhere in this round or the one before. */
async function applyMoves(input: SettleInput): Promise<number> {
  const { userId, connectionId, round, scans } = input;
  if (round === 1) return 0;
  const lost: MoveCandidate[] = [];
  for await (const book of lostBooks(input)) lost.push(toCandidate(book));
  const sizes = [...new Set(lost.flatMap((book) => (book.sizeBytes === null ? [] : [book.sizeBytes])))];
  const found = new Map<string, Book>();
  for (let index = 0; index < sizes.length; index += pageSize) {
    const some = sizes.slice(index, index + pageSize);
    for (const book of await scans.findRecent(userId, connectionId, round - 1, some))
      found.set(book.id, book);
  }
  const matches = matchMoves(lost, [...found.values()]);
  if (matches.length === 0) return 0;
  const foundIdByLost = new Map(matches.map((match) => [match.lostId, match.foundId]));
  const moves: Move[] = [];
  for await (const book of lostBooks(input)) {
    const target = found.get(foundIdByLost.get(book.id) ?? "");
    if (target !== undefined) moves.push(toMove(book, target));
  }
  for (let index = 0; index < moves.length; index += pageSize)
    await scans.applyMoves(userId, connectionId, moves.slice(index, index + pageSize));
  return matches.length;
}

async function* lostBooks({ userId, connectionId, round, scans, signal }: SettleInput): AsyncGenerator<Book> {
  let afterId = "";
  while (true) {
    signal.throwIfAborted();
    const page = await scans.listLost(userId, connectionId, round, { afterId, limit: pageSize });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    afterId = last.id;
  }
}

function toCandidate({ id, folder, name, format, sizeBytes, etag }: Book): MoveCandidate {
  return { id, folder, name, format, sizeBytes, etag };
}

/** What was read from the file itself stays with the book; what only its name said follows the new name. */
function toMove(lost: Book, found: Book): Move {
  const { path, folder, name, format, sizeBytes, etag, modifiedAtMs } = found;
  const { title, titleKey } = lost.metadata === null ? found : lost;
  const searchText = searchTextOf({ title, author: lost.author, series: lost.series, path });
  const facts = { path, folder, name, format, title, titleKey, searchText, sizeBytes, etag, modifiedAtMs };
  return { lostId: lost.id, foundId: found.id, facts };
}

async function isRootEmpty({ userId, connectionId, round, scans }: SettleInput): Promise<boolean> {
  const [root] = await scans.readFolders(userId, connectionId, [""]);
  const hasFolder = root?.folders.some((folder) => !folder.isGone) ?? false;
  const hasBook = root?.books.some((book) => book.state !== "missing" && book.absentRound !== round) ?? false;
  return !hasFolder && !hasBook;
}

async function propose(input: SettleInput, kind: ProposalKind, absence: Absence): Promise<Proposal> {
  const { userId, connectionId, round, scans, proposals, nowMs, createId } = input;
  const page = await scans.listLost(userId, connectionId, round, { afterId: "", limit: pageSize });
  const vanished = page.filter((book) => book.state !== "missing").slice(0, 20);
  return proposals.propose(userId, {
    id: createId(),
    userId,
    connectionId,
    kind,
    status: "open",
    round,
    vanished: absence.absent,
    known: absence.known,
    sample: vanished.map((book) => book.path),
    serverBefore: null,
    serverNow: null,
    createdAtMs: nowMs,
    decidedAtMs: null,
  });
}

/** An open proposal is over when a later scan came to an outcome that needed none. */
async function supersede({ userId, connectionId, proposals, nowMs }: SettleInput): Promise<void> {
  const open = await proposals.list(userId, { connectionId, status: "open" });
  for (const proposal of open) await proposals.decide(userId, proposal.id, "superseded", nowMs);
}

interface Confirmation {
  readonly goneIds: readonly string[];
  /** One of them is there after all: the listings were wrong. */
  readonly isContradicted: boolean;
  /** Every question was answered. A server that lists wrongly and does not answer twice in a row must not win. */
  readonly isAnswered: boolean;
  readonly requests: number;
}

/** Asks the server for a sample of the absent books by Depth 0: gone, there after all, or no answer. */
async function confirm(input: SettleInput): Promise<Confirmation> {
  const absent: Pick<Book, "id" | "path" | "folder">[] = [];
  for await (const { id, path, folder, state } of lostBooks(input)) {
    if (state !== "missing") absent.push({ id, path, folder });
  }
  const groupOf = (book: { readonly folder: string }) => book.folder;
  const sample = sampleByGroup(absent, { groupOf, size: maxConfirmed, random: input.random });
  const goneIds: string[] = [];
  let isContradicted = false;
  let isAnswered = true;
  let requests = 0;
  for (let index = 0; index < sample.length && !isContradicted; index += confirmedAtOnce) {
    const some = sample.slice(index, index + confirmedAtOnce);
    const answers = await Promise.all(some.map((book) => isThere(input, book.path)));
    requests += some.length;
    isContradicted = answers.includes("there");
    isAnswered &&= !answers.includes("unknown");
    goneIds.push(...some.filter((_, place) => answers[place] === "gone").map((book) => book.id));
  }
  return { goneIds, isContradicted, isAnswered, requests };
}

type Answer = "there" | "gone" | "unknown";

async function isThere(input: SettleInput, path: string): Promise<Answer> {
  const { client, signal } = input;
  try {
    const entry = await client.stat(path, { signal });
    return entry === null || entry.isCollection ? "gone" : "there";
  } catch (error) {
    signal.throwIfAborted();
    return classifyFailure(error) === "permanent" ? readsThere(input, path) : "unknown";
  }
}

/** For servers that answer no PROPFIND on a file: whether its first byte can be read. */
async function readsThere({ client, signal }: SettleInput, path: string): Promise<Answer> {
  try {
    const response = await client.get(path, { range: "bytes=0-0", signal });
    await response.body?.cancel();
    return "there";
  } catch (error) {
    signal.throwIfAborted();
    return isReliteError(error) && error.code === "not_found" ? "gone" : "unknown";
  }
}

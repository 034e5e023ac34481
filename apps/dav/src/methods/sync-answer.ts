import { ReliteError } from "@relite/core/errors";
import type { Change } from "../tree/changes.ts";
import type { Place } from "../tree/place.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";
import { listFrom } from "./list-from.ts";
import { invalidToken, type SyncPosition } from "./sync-token.ts";

export interface SyncQuestion {
  readonly place: Place;
  readonly top: TreeNode;
  /** Null: everything. */
  readonly position: SyncPosition | null;
  readonly deep: boolean;
  readonly limit: number | null;
}

export interface SyncPage {
  readonly changes: readonly Change[];
  /** Set on the last page. */
  readonly end: { readonly position: SyncPosition; readonly isTruncated: boolean } | null;
}

const pageSize = 400;

/** What a client has to learn, in pages; the last one says where it stands then. */
export async function* answerSync(
  tree: Tree,
  question: SyncQuestion,
  nowVersion: number,
): AsyncGenerator<SyncPage> {
  const { place, top, position, deep, limit } = question;
  if (position === null || position.cursor !== null) {
    const version = position?.version ?? nowVersion;
    const start = { topId: top.id, deep, version, cursor: position?.cursor ?? null };
    return yield* pageOut(listFrom(tree, place, start), limit ?? Number.POSITIVE_INFINITY, version);
  }
  const changes = await tree.changes(place, position.version, deep);
  if (changes === null) throw invalidToken();
  const kept = cut(changes, limit ?? changes.length);
  const isTruncated = kept.length < changes.length;
  const version = isTruncated ? (kept.at(-1)?.version ?? position.version) : nowVersion;
  for (let at = 0; at < kept.length; at += pageSize) {
    yield { changes: kept.slice(at, at + pageSize), end: null };
  }
  yield { changes: [], end: { position: { version, cursor: null }, isTruncated } };
}

async function* pageOut(
  all: AsyncIterable<Change>,
  limit: number,
  version: number,
): AsyncGenerator<SyncPage> {
  let changes: Change[] = [];
  let count = 0;
  let last: readonly string[] = [];
  for await (const change of all) {
    if (count === limit) {
      return yield { changes, end: { position: { version, cursor: last }, isTruncated: true } };
    }
    changes.push(change);
    count += 1;
    last = change.path;
    if (changes.length === pageSize) {
      yield { changes, end: null };
      changes = [];
    }
  }
  yield { changes, end: { position: { version, cursor: null }, isTruncated: false } };
}

/** The first changes, as many as may be, without parting those of one version: a token can only stand between versions. */
function cut(changes: readonly Change[], limit: number): readonly Change[] {
  if (changes.length <= limit) return changes;
  let end = limit;
  while (end > 0 && changes[end - 1]?.version === changes[end]?.version) end -= 1;
  if (end > 0) return changes.slice(0, end);
  throw new ReliteError("insufficient_storage", "One change is more than the limit asked for", {
    reason: "limit_too_small",
    details: { condition: "number-of-matches-within-limits" },
  });
}

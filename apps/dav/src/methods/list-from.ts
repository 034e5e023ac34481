import type { Change } from "../tree/changes.ts";
import type { Place } from "../tree/place.ts";
import type { Tree, TreeNode } from "../tree/tree.ts";

interface Level {
  readonly id: number;
  readonly path: readonly string[];
  waiting: readonly TreeNode[];
  next: number;
  /** The last name fetched; null before the first, undefined when there are no more. */
  afterName: string | null | undefined;
}

export interface ListStart {
  readonly topId: number;
  readonly deep: boolean;
  readonly version: number;
  /** The path of the last member that was listed before; it need not be there any more. */
  readonly cursor: readonly string[] | null;
}

const pageSize = 400;

/** Everything below a collection in name order, each collection before its members, from a place in that order on. */
export async function* listFrom(tree: Tree, place: Place, start: ListStart): AsyncGenerator<Change> {
  const levels = await openLevels(tree, place, start);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.next >= level.waiting.length && level.afterName !== undefined) {
      level.waiting = await tree.members(level.id, level.afterName, pageSize);
      level.next = 0;
      level.afterName = level.waiting.length === pageSize ? level.waiting.at(-1)?.name : undefined;
    }
    const node = level.waiting[level.next];
    level.next += 1;
    if (node === undefined) {
      if (level.afterName === undefined) levels.pop();
      continue;
    }
    const path = [...level.path, node.name];
    const isCollection = node.kind === "collection";
    yield { path, node, isCollection, version: start.version };
    if (isCollection && start.deep) levels.push({ id: node.id, path, waiting: [], next: 0, afterName: null });
  }
}

async function openLevels(tree: Tree, place: Place, { topId, deep, cursor }: ListStart): Promise<Level[]> {
  const levels: Level[] = [{ id: topId, path: [], waiting: [], next: 0, afterName: cursor?.[0] ?? null }];
  for (let depth = 1; deep && cursor !== null && depth <= cursor.length; depth += 1) {
    const path = cursor.slice(0, depth);
    const node = await tree.find({ ...place, segments: [...place.segments, ...path] });
    if (node?.kind !== "collection") break;
    levels.push({ id: node.id, path, waiting: [], next: 0, afterName: cursor[depth] ?? null });
  }
  return levels;
}

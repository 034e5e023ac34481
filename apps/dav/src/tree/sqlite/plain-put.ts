import { mayWrite, type WriteConditions } from "../../engine/conditions.ts";
import type { StoredBytes } from "../tree.ts";
import type { ContentStore } from "./content-store.ts";
import type { FileWriter } from "./file-writer.ts";
import type { Keeper } from "./keeper.ts";
import type { NodeStore } from "./node-store.ts";
import type { PutRun } from "./put-run.ts";
import { fileKind, isCollection, type NodeRow, rowEtag, rowToNode } from "./rows.ts";
import { preconditionFailed } from "./write-rules.ts";

interface Stores {
  readonly nodes: NodeStore;
  readonly contents: ContentStore;
  readonly keeper: Keeper;
}

/** Whether a PUT may be one of a run: it is about nothing but its own address. */
export function isPlainPut({ upload }: StoredBytes, { ifLists }: WriteConditions): boolean {
  return upload === undefined && ifLists === undefined;
}

/**
 * The usual PUT, decided and done with what a run of them has in common. Where there are locks, or room has to be made,
 * or something is not as usual, it is done `inFull`, as if it came alone.
 */
export function createPlainPut(
  { nodes, contents, keeper }: Stores,
  run: PutRun,
  inFull: FileWriter,
): FileWriter {
  const alone: FileWriter = (...put) => {
    run.settle();
    return inFull(...put);
  };

  /** Writes the row; answers it as it is then. */
  function write(node: NodeRow | null, fresh: Omit<NodeRow, "id" | "created_ms">, atMs: number): NodeRow {
    const { parent, name, owner, size, hash, content, type, version, modified_ms: modifiedMs } = fresh;
    const facts = [size, hash ?? "", content ?? 0, type, version, modifiedMs] as const;
    if (node !== null) {
      nodes.sql.rewriteFile.run(...facts, node.id);
      return { ...node, ...fresh };
    }
    const row = nodes.sql.insertFile.run(parent ?? 0, name, ...facts, atMs, owner, fileKind);
    return { ...fresh, id: Number(row.lastInsertRowid), created_ms: atMs };
  }

  return (place, bytes, conditions) => {
    const { owner, segments } = place;
    const parent = run.parentOf(place);
    const name = segments.at(-1);
    // A refusal, which one, whatever is still to be settled.
    if (parent === null || name === undefined) return inFull(place, bytes, conditions);
    if (run.hasLocks(owner)) return alone(place, bytes, conditions);
    const node = nodes.sql.child.get(parent, name) ?? null;
    const more = { bytes: bytes.size - (node?.size ?? 0), nodes: node === null ? 1 : 0 };
    const isUsual = (node === null || !isCollection(node)) && run.room.has(owner, more);
    if (!isUsual) return alone(place, bytes, conditions);
    const facts = node === null ? null : { etag: rowEtag(node), modifiedMs: node.modified_ms };
    if (!mayWrite(facts, conditions, nothingElse)) throw preconditionFailed();
    const atMs = nodes.nowMs();
    const { hash, size, type } = bytes;
    const content = contents.keep(owner, bytes, node);
    const version = run.nextVersion();
    const fresh = { owner, parent, name, kind: fileKind, size, hash, content, type, version };
    const row = write(node, { ...fresh, modified_ms: bytes.modifiedMs ?? atMs }, atMs);
    run.note({ owner, node: row.id, parent, name, atMs }, more);
    if (node !== null && node.content !== content) {
      keeper.supersede(node, node.id, conditions.author);
      run.room.lookAgain(owner);
      if (!run.room.has(owner, { bytes: 0, nodes: 0 })) {
        run.settle();
        keeper.squeeze(owner);
      }
    }
    return { created: node === null, node: rowToNode(row) };
  };
}

/** A plain PUT has no conditions on other resources. */
function nothingElse() {
  return { etag: null, tokens: [] };
}

import type { WriteConditions } from "../../engine/conditions.ts";
import { consumeUpload, type UploadRows } from "../../uploads/upload-rows.ts";
import type { Place } from "../place.ts";
import type { StoredBytes, Written } from "../tree.ts";
import type { ContentStore } from "./content-store.ts";
import type { Keeper } from "./keeper.ts";
import type { NodeStore } from "./node-store.ts";
import { fileKind, isCollection, rowToNode } from "./rows.ts";
import { followForWrite, onCollection, stamp } from "./write-rules.ts";

export type FileWriter = (place: Place, bytes: StoredBytes, conditions: WriteConditions) => Written;

/** PUT of bytes that are safe already, decided and done inside the caller's transaction. */
export function createFileWriter(
  nodes: NodeStore,
  contents: ContentStore,
  keeper: Keeper,
  uploads: UploadRows,
): FileWriter {
  return (place, bytes, conditions) => {
    const { parent, node, name } = followForWrite(nodes, place, conditions);
    if (node !== null && isCollection(node)) throw onCollection("PUT");
    const { owner } = place;
    // First, for its bytes count no longer.
    if (bytes.upload !== undefined) consumeUpload(uploads, owner, bytes.upload);
    nodes.admit(owner, bytes.size - (node?.size ?? 0), node === null ? 1 : 0);
    const file = {
      hash: bytes.hash,
      size: bytes.size,
      type: bytes.type,
      content: contents.keep(owner, bytes, node),
    };
    const atMs = bytes.modifiedMs ?? nodes.nowMs();
    if (node === null) {
      const made = nodes.insert({ ...file, owner, parent: parent.id, name, kind: fileKind });
      if (bytes.modifiedMs !== null) nodes.sql.touch.run(atMs, made.id);
      return { created: true, node: rowToNode(stamp(nodes, { ...made, modified_ms: atMs })) };
    }
    nodes.sql.replaceFile.run({ ...file, id: node.id, atMs });
    nodes.sql.use.run({ owner, bytes: bytes.size - node.size, nodes: 0 });
    if (node.content !== file.content) {
      keeper.supersede(node, node.id, conditions.author);
      keeper.squeeze(owner);
    }
    return { created: false, node: rowToNode(stamp(nodes, { ...node, ...file, modified_ms: atMs })) };
  };
}

import { ReliteError } from "@relite/core/errors";
import type { PortParts } from "../../storage/port-parts.ts";
import { createUploadRows } from "../../uploads/upload-rows.ts";
import type { Place } from "../place.ts";
import type { Swept } from "../retention.ts";
import type { Written } from "../tree.ts";
import {
  type FileVersion,
  type RestoreOptions,
  type VersionPlace,
  type Versions,
  versionNode,
} from "../versions.ts";
import { createFileWriter } from "./file-writer.ts";
import { isCollection, type NodeRow } from "./rows.ts";
import { createStores } from "./stores.ts";
import { versionsToDrop } from "./thin-versions.ts";
import type { VersionRow } from "./trash-store.ts";
import { notFound } from "./write-rules.ts";

const frees = { usesReserve: true };

export const versionWrites = [
  "restore",
  "drop",
  "expire",
  "end",
] as const satisfies readonly (keyof Versions)[];

/** The embedded port of what was written over. */
export function createSqliteVersions(parts: PortParts): Versions {
  const { commits, retention } = parts;
  const { nodes, contents, trash, purge, keeper } = createStores(parts);
  const put = createFileWriter(nodes, contents, keeper, createUploadRows(parts.db));

  function fileAt(place: Place): NodeRow | null {
    const { node } = nodes.follow(place);
    return node === null || isCollection(node) ? null : node;
  }

  function find({ file, id }: VersionPlace): VersionRow | null {
    const node = fileAt(file);
    return node === null ? null : trash.version(node.id, id);
  }

  function restore(
    from: VersionPlace,
    to: Place,
    { overwrite, conditions, isMove }: RestoreOptions,
  ): Written {
    const row = find(from);
    if (row === null) throw notFound();
    if (!overwrite && nodes.follow(to).node !== null) {
      throw new ReliteError("precondition_failed", "There is something at the destination", {
        reason: "destination_exists",
      });
    }
    const { hash, size, type, id, content } = row;
    const bytes = { hash, size, type, inline: contents.read(content)?.data ?? null, modifiedMs: null };
    const written = purge.sparing({ version: id }, () => put(to, bytes, conditions));
    if (isMove) purge.dropVersions([id]);
    return written;
  }

  function drop(file: Place, ids: readonly number[] | "all"): void {
    const node = fileAt(file);
    const rows = node === null ? [] : trash.versionsOf(node.id);
    const chosen = rows.filter(({ id }) => ids === "all" || ids.includes(id));
    if (chosen.length === 0) throw notFound();
    purge.dropVersions(chosen.map(({ id }) => id));
  }

  function expire(atMs: number, limit: number): Swept {
    const { versionsMs } = retention;
    const beforeMs = versionsMs === 0 ? Number.MAX_SAFE_INTEGER : atMs - versionsMs;
    for (const owner of trash.owners()) {
      const ids = trash.versionsBefore(owner, beforeMs, limit).map(({ id }) => id);
      if (ids.length > 0) return purge.dropVersions(ids);
    }
    return { items: 0, bytes: 0 };
  }

  return {
    list: async (file) => {
      const node = fileAt(file);
      return node === null ? null : trash.versionsOf(node.id).map(rowToVersion);
    },
    read: async (from) => {
      const row = find(from);
      const body = row === null ? null : contents.read(row.content);
      // Without it, the version was ended between the two reads.
      return row === null || body === null ? null : { node: versionNode(rowToVersion(row)), ...body };
    },
    restore: (from, to, options) => commits.run(() => restore(from, to, options)),
    drop: (file, ids) => commits.run(() => drop(file, ids), frees),
    expire: (atMs, limit) => commits.run(() => expire(atMs, limit), frees),
    thinnable: async (atMs, afterNode, limit) => {
      const files = trash.nodesWithVersions(afterNode, limit);
      const ids = files.flatMap((node) => versionsToDrop(trash.versionsOf(node).map(rowToVersion), atMs));
      return { ids, last: files.at(-1) ?? null };
    },
    end: (ids) => commits.run(() => purge.dropVersions(ids), frees),
  };
}

function rowToVersion(row: VersionRow): FileVersion {
  return {
    id: row.id,
    hash: row.hash,
    etag: Buffer.from(row.hash, "hex").toString("base64url"),
    size: row.size,
    type: row.type,
    modifiedMs: row.modified_ms,
    replacedMs: row.replaced_ms,
    replacedBy: row.replaced_by,
  };
}

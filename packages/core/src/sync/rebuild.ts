import { applyToEntity, type EntityState, emptyState } from "./entity-state.ts";
import { localLane, type Op } from "./op.ts";
import { placeDraft } from "./outbox.ts";
import { type KeyedRecord, type SyncWriter, wholeTable } from "./store.ts";

const pageSize = 1_000;

/** Computes entities again from all ops and drafts that are here: for the rare case that ops stop to count. */
export async function rebuildEntities(writer: SyncWriter, entities: ReadonlySet<string>): Promise<void> {
  if (entities.size === 0) return;
  const states = new Map<string, EntityState>();
  const take = (op: Op) => {
    if (op.kind === "cut" || !entities.has(op.entity)) return;
    states.set(op.entity, applyToEntity(states.get(op.entity) ?? emptyState(op.entity), op));
  };
  let from = "";
  for (;;) {
    const rows: readonly KeyedRecord<Op>[] = await writer.list("ops", {
      ...wholeTable,
      from,
      limit: pageSize,
    });
    for (const { value } of rows) take(value);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) break;
    from = `${last.key}\0`;
  }
  for (const { value } of await writer.list("drafts", wholeTable))
    take(placeDraft(value, localLane, value.id));
  for (const entity of entities) {
    const state = states.get(entity);
    if (state === undefined) await writer.remove("entities", entity);
    else await writer.put("entities", entity, state);
  }
}

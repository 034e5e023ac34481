import { type Draft, isAlive, type Op, readFields, type SyncReader, wholeTable } from "../../sync/index.ts";
import type { WorldDevice } from "./world-device.ts";

/** An edit or a delete as the world saw it happen; `seen` are the ids of those that were on the device then. */
export interface Happening {
  readonly id: string;
  readonly kind: "set" | "delete";
  readonly entity: string;
  readonly field: string;
  readonly device: string;
  readonly seen: ReadonlySet<string>;
}

/** What a device has, told by the values alone: which edits and deletes of the world have arrived there. */
export async function knownIds(device: WorldDevice): Promise<ReadonlySet<string>> {
  return device.store.read(async (reader) => {
    const ids = new Set<string>();
    for (const { value } of await reader.list("ops", wholeTable)) addId(ids, value);
    for (const { value } of await reader.list("drafts", wholeTable)) addId(ids, value.op);
    return ids;
  });
}

/** Ids of what is in the lanes, so that it survives the device. */
export async function placedIds(device: WorldDevice, upTo: number): Promise<ReadonlySet<string>> {
  return device.store.read(async (reader) => {
    const own = await reader.get("own", "own");
    const ids = new Set<string>();
    for (const { value } of await reader.list("ops", wholeTable))
      if (value.lane === own?.lane && value.seq <= upTo) addId(ids, value);
    return ids;
  });
}

function addId(ids: Set<string>, op: Draft["op"] | Op): void {
  if (op.kind === "set" && typeof op.value === "string") ids.add(op.value);
  if (op.kind === "delete") ids.add(deleteId(op.entity, op.hlc));
}

/** Two halves of a cloned profile may draw one clock reading: the entity tells them apart. */
export function deleteId(entity: string, { ms, count, node }: Op["hlc"]): string {
  return `d${entity}@${ms}.${count}.${node}`;
}

/** What a person sees on a device. */
export async function shown(reader: SyncReader): Promise<ReadonlyMap<string, ReadonlyMap<string, unknown>>> {
  const rows = await reader.list("entities", wholeTable);
  return new Map(
    rows.filter(({ value }) => isAlive(value)).map(({ key, value }) => [key, readFields(value)]),
  );
}

/**
 * Judges what is shown by what happened, without any clock, vector or fold: an edit nobody's delete had seen is there
 * (7), what every edit of was seen by a delete is not, and no edit is beaten by one its author had read (3).
 */
export function judge(
  seenByPerson: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  happenings: ReadonlyMap<string, Happening>,
  present: ReadonlySet<string>,
  hasClones: boolean,
): readonly string[] {
  const violations: string[] = [];
  const here = [...happenings.values()].filter(({ id }) => present.has(id));
  const deletes = here.filter(({ kind }) => kind === "delete");
  const isDeleted = (edit: Happening) =>
    deletes.some(({ entity, seen }) => entity === edit.entity && seen.has(edit.id));
  for (const entity of new Set(here.map((one) => one.entity))) {
    const edits = here.filter((one) => one.kind === "set" && one.entity === entity);
    const fields = seenByPerson.get(entity);
    const isLive = edits.some((edit) => !isDeleted(edit));
    if (isLive && fields === undefined) violations.push(`7: an unseen edit of ${entity} is gone`);
    if (!isLive && fields !== undefined && !hasClones) violations.push(`5: ${entity} came back`);
    if (fields === undefined) continue;
    for (const field of new Set(edits.map((edit) => edit.field))) {
      const ofField = edits.filter((edit) => edit.field === field);
      const open = ofField.filter((edit) => !isDeleted(edit));
      const winner = ofField.find(({ id }) => id === fields.get(field));
      if (winner === undefined) violations.push(`2: ${entity}.${field} shows nothing that was written`);
      else if (open.length > 0 && isDeleted(winner) && !hasClones)
        violations.push(`7: ${entity}.${field} shows a deleted edit though ${open[0]?.id} is not`);
      else {
        const rivals = isDeleted(winner) ? ofField : open;
        const better = rivals.find(({ seen }) => seen.has(winner.id));
        if (better !== undefined && !(hasClones && isDeleted(better)))
          violations.push(`3: ${better.id} was made after reading ${winner.id} and lost`);
      }
    }
  }
  return violations;
}

/** What is shown, for comparing devices. */
export function toText(view: ReadonlyMap<string, ReadonlyMap<string, unknown>>): string {
  return JSON.stringify([...view].map(([entity, values]) => [entity, [...values].sort()]).sort());
}

import { ReliteError } from "@relite/core/errors";
import { readHttpDate } from "../preconditions.ts";
import type { PropertyPatch } from "../tree/properties.ts";
import type { PropertyUpdate } from "../xml/proppatch-request.ts";
import { isLive } from "./live-properties.ts";
import { elementOf, keyOf, propstat } from "./property-element.ts";

type Step = PropertyPatch["steps"][number];

export interface PropertyPlan extends PropertyPatch {
  /** One refused update refuses all; `steps` is empty then. */
  readonly isRefused: boolean;
  /** The `propstat` elements that say what became of each. */
  readonly propstats: string;
}

/** Decides what updates of properties do, all or nothing (RFC 4918 §9.2), and how that is answered. */
export function planUpdates(updates: readonly PropertyUpdate[]): PropertyPlan {
  let length = 0;
  const planned = updates.map((update) => {
    const step = planStep(update);
    length += update.element.namespace.length + update.element.name.length + lengthOf(step);
    // A prefix is short where its namespace is long: what is stored and answered can be far more than what was sent.
    if (length > maxLength) {
      throw new ReliteError("bad_request", "The properties are too long", { reason: "too_long" });
    }
    return { update, ...step };
  });
  const isRefused = planned.some(({ refusal }) => refusal !== null);
  const elements = new Map<string, Map<string, string>>();
  for (const { update, refusal } of planned) {
    const outcome = refusal ?? (isRefused ? failedDependency : done);
    const byName = elements.get(outcome) ?? new Map<string, string>();
    elements.set(outcome, byName.set(keyOf(update.element), elementOf(update.element).empty));
  }
  const propstats = [...elements].map(([outcome, byName]) => {
    const [status = "", rest] = outcome.split("\n");
    return propstat([...byName.values()].join(""), status, rest);
  });
  const steps = isRefused ? [] : planned.flatMap((plan) => plan.steps);
  return { steps, isRefused, propstats: propstats.join("") };
}

const maxLength = 1024 * 1024;

function lengthOf({ steps }: Planned): number {
  return steps.reduce((sum, step) => sum + (step.kind === "set" ? step.property.xml.length : 0), 0);
}

const done = "200 OK";
const failedDependency = "424 Failed Dependency";
const isProtected = "403 Forbidden\n<D:error><D:cannot-modify-protected-property/></D:error>";
const isNoDate = "409 Conflict\n<D:responsedescription>Not an HTTP date</D:responsedescription>";

interface Planned {
  readonly steps: readonly Step[];
  /** The status, and what else its `propstat` says. */
  readonly refusal: string | null;
}

/** What one update would do. */
function planStep({ kind, element }: PropertyUpdate): Planned {
  const { namespace, name } = element;
  if (namespace === "DAV:" && name === "getlastmodified" && kind === "set") {
    const modifiedMs = readHttpDate(element.text.trim());
    if (modifiedMs === null) return { steps: [], refusal: isNoDate };
    return { steps: [{ kind: "touch", modifiedMs }], refusal: null };
  }
  if (isLive(element)) return { steps: [], refusal: isProtected };
  if (kind === "remove") return { steps: [{ kind: "remove", name: { namespace, name } }], refusal: null };
  const xml = element.standalone();
  const set: Step = { kind: "set", property: { namespace, name, xml } };
  // Windows keeps a file's time so: as a property of its own that is to be the file's time too.
  const isWindowsTime = namespace === "urn:schemas-microsoft-com:" && name === "Win32LastModifiedTime";
  const modifiedMs = isWindowsTime ? readHttpDate(element.text.trim()) : null;
  return { steps: modifiedMs === null ? [set] : [set, { kind: "touch", modifiedMs }], refusal: null };
}

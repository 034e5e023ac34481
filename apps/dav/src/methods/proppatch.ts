import type { DavContext } from "../context.ts";
import type { AllowedExchange } from "../exchange.ts";
import { readHttpDate } from "../preconditions.ts";
import { readBody } from "../read-body.ts";
import type { PropertyPatch } from "../tree/properties.ts";
import { type PropertyUpdate, readProppatchRequest } from "../xml/proppatch-request.ts";
import { maxXmlBytes } from "../xml/read-xml.ts";
import { isLive } from "./live-properties.ts";
import { hrefOf, sendMultistatus } from "./multistatus.ts";
import { conditionsOf, placeOf } from "./place-of.ts";
import { elementOf, keyOf, propstat } from "./property-element.ts";

type Step = PropertyPatch["steps"][number];

/** PROPPATCH (RFC 4918 §9.2): in document order, all or nothing. */
export function createProppatch({ storage: { tree }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<void> => {
    const updates = readProppatchRequest(await readBody(exchange, maxXmlBytes));
    const planned = updates.map((update) => ({ update, ...planStep(update) }));
    const isRefused = planned.some(({ refusal }) => refusal !== null);
    // A refused request still has to name something, and to hold by its conditions, before it is told why.
    const steps = isRefused ? [] : planned.flatMap(({ step }) => step ?? []);
    await tree.patchProperties(placeOf(exchange), { steps }, conditionsOf(exchange, config.prefix));
    const elements = new Map<string, Map<string, string>>();
    for (const { update, refusal } of planned) {
      const outcome = refusal ?? (isRefused ? failedDependency : done);
      const byName = elements.get(outcome) ?? new Map<string, string>();
      elements.set(outcome, byName.set(keyOf(update.element), elementOf(update.element).empty));
    }
    const parts = [...elements].map(([outcome, byName]) => {
      const [status = "", rest] = outcome.split("\n");
      return propstat([...byName.values()].join(""), status, rest);
    });
    const href = hrefOf(config.prefix, exchange.dav.target);
    sendMultistatus(exchange.res, `<D:response><D:href>${href}</D:href>${parts.join("")}</D:response>`);
  };
}

const done = "200 OK";
const failedDependency = "424 Failed Dependency";
const isProtected = "403 Forbidden\n<D:error><D:cannot-modify-protected-property/></D:error>";
const isNoDate = "409 Conflict\n<D:responsedescription>Not an HTTP date</D:responsedescription>";

/** What one update would do; `refusal` is its status and what else its `propstat` says. */
function planStep({ kind, element }: PropertyUpdate): { step: Step | null; refusal: string | null } {
  const { namespace, name } = element;
  if (namespace === "DAV:" && name === "getlastmodified" && kind === "set") {
    const modifiedMs = readHttpDate(element.text.trim());
    if (modifiedMs === null) return { step: null, refusal: isNoDate };
    return { step: { kind: "touch", modifiedMs }, refusal: null };
  }
  if (isLive(element)) return { step: null, refusal: isProtected };
  if (kind === "remove") return { step: { kind: "remove", name: { namespace, name } }, refusal: null };
  const xml = element.standalone();
  return { step: { kind: "set", property: { namespace, name, xml } }, refusal: null };
}

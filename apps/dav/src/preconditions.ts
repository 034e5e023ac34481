import type { IncomingHttpHeaders } from "node:http";
import { ReliteError } from "@relite/core/errors";
import {
  type EtagList,
  isNamed,
  type ResourceFacts,
  type WriteConditions,
  wholeSeconds,
} from "./engine/conditions.ts";

/** A request's conditional headers as plain data. A malformed entity tag is `bad_request`; a malformed date counts as absent. */
export function readConditions(headers: IncomingHttpHeaders): WriteConditions {
  const ifMatch = readEtags(headers["if-match"], "If-Match");
  const ifNoneMatch = readEtags(headers["if-none-match"], "If-None-Match");
  const ifUnmodifiedSinceMs = readHttpDate(headers["if-unmodified-since"]);
  return {
    ...(ifMatch === null ? {} : { ifMatch }),
    ...(ifNoneMatch === null ? {} : { ifNoneMatch }),
    ...(ifUnmodifiedSinceMs === null ? {} : { ifUnmodifiedSinceMs }),
  };
}

/** What a GET or HEAD gets by its conditions (RFC 9110 §13.2.2). */
export function decideRead(
  headers: IncomingHttpHeaders,
  facts: ResourceFacts,
): "send" | "not_modified" | "failed" {
  const { ifMatch, ifNoneMatch, ifUnmodifiedSinceMs } = readConditions(headers);
  const modifiedMs = wholeSeconds(facts.modifiedMs);
  if (ifMatch !== undefined) {
    if (!isNamed(facts, ifMatch)) return "failed";
  } else if (ifUnmodifiedSinceMs !== undefined && modifiedMs > ifUnmodifiedSinceMs) {
    return "failed";
  }
  if (ifNoneMatch !== undefined) return isNamed(facts, ifNoneMatch) ? "not_modified" : "send";
  const sinceMs = readHttpDate(headers["if-modified-since"]);
  return sinceMs !== null && modifiedMs <= sinceMs ? "not_modified" : "send";
}

/** Whether a Range is to be honoured (RFC 9110 §13.1.5): a strong tag or the exact date of what is there. */
export function isRangeFresh(header: string | string[] | undefined, facts: ResourceFacts): boolean {
  if (header === undefined) return true;
  const text = String(header).trim();
  if (text.startsWith('"')) return text === `"${facts.etag}"`;
  return readHttpDate(text) === wholeSeconds(facts.modifiedMs);
}

export function readHttpDate(text: string | undefined): number | null {
  if (text === undefined || !/^[A-Z][a-z]+,? [0-9A-Za-z :-]+( GMT)?$/.test(text)) return null;
  const ms = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(ms) ? null : ms;
}

/** `*` or a list of entity tags without their quotes. A weak tag is compared by its value: ours are all strong. */
function readEtags(header: string | undefined, name: string): EtagList | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (text === "*") return "*";
  const isStrongOnly = name === "If-Match";
  // Joplin sends this, without quotes, so that no cache on its way answers; it is nobody's tag.
  if (!isStrongOnly && /^JoplinIgnore-\d+$/.test(text)) return [text];
  const tags: string[] = [];
  const item = /\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(,|$)/y;
  let separator = ",";
  while (separator === ",") {
    const [, weak, tag, next] = item.exec(text) ?? [];
    if (tag === undefined || next === undefined) {
      throw new ReliteError("bad_request", `${name} is malformed`, { reason: "bad_condition" });
    }
    if (!(isStrongOnly && weak !== undefined)) tags.push(tag);
    separator = next;
  }
  return tags;
}

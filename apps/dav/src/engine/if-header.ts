import type { IfTerm } from "./conditions.ts";

/** One list of an `If` header; `tag` is the raw URI it speaks about, null for the request's own. */
export interface RawIfList {
  readonly tag: string | null;
  readonly terms: readonly IfTerm[];
}

const maxTerms = 100;

/** Reads an `If` header (RFC 4918 §10.4.2); null when it does not follow the grammar. Tags and no tags do not mix. */
export function parseIfHeader(text: string): readonly RawIfList[] | null {
  const lists: RawIfList[] = [];
  const isTagged = /^\s*</.test(text);
  let tag: string | null = null;
  let rest = text.trim();
  let count = 0;
  while (rest !== "") {
    const uri = /^<([^<>\s]+)>\s*/.exec(rest);
    if (uri !== null) {
      if (!isTagged) return null;
      tag = uri[1] ?? "";
      rest = rest.slice(uri[0].length);
      if (!rest.startsWith("(")) return null;
    }
    const list = readList(rest);
    if (list === null) return null;
    count += list.terms.length;
    if (count > maxTerms) return null;
    lists.push({ tag, terms: list.terms });
    rest = list.rest;
  }
  return lists.length === 0 ? null : lists;
}

function readList(text: string): { readonly terms: readonly IfTerm[]; readonly rest: string } | null {
  if (!text.startsWith("(")) return null;
  const terms: IfTerm[] = [];
  let rest = text.slice(1).trimStart();
  while (!rest.startsWith(")")) {
    const match = /^(not\s+|not(?=[<[]))?(?:<([^<>\s]+)>|\[(W\/)?"([^"\]]*)"\])\s*/i.exec(rest);
    if (match === null) return null;
    const [whole, not, token, weak, etag] = match;
    const kind = token === undefined ? "etag" : "token";
    // A weak tag can never match: ours are strong and a write needs strong comparison.
    const value = token ?? (weak === undefined ? (etag ?? "") : "\0");
    terms.push({ not: not !== undefined, kind, value });
    rest = rest.slice(whole.length);
  }
  return terms.length === 0 ? null : { terms, rest: rest.slice(1).trimStart() };
}

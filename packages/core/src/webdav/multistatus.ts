import { SaxesParser, type SaxesTagNS } from "saxes";
import { DavFault } from "./fault.ts";
import type { DavLimits } from "./limits.ts";

/** A property of a 2xx propstat: its text, and the names of the elements in it, in Clark notation `{ns}local`. */
export interface DavProperty {
  readonly text: string;
  readonly elements: readonly string[];
}

/** One `response` of a multistatus as it stood there. */
export interface MultistatusResponse {
  readonly hrefs: readonly string[];
  /** The response's own status (RFC 4918 §14.24, first form); null in the propstat form. */
  readonly status: number | null;
  /** Properties of 2xx propstats only, by Clark name. */
  readonly properties: ReadonlyMap<string, DavProperty>;
}

export interface MultistatusParser {
  /** Feeds decoded text; returns the responses it completed. */
  write(text: string): readonly MultistatusResponse[];
  /** Says that the text is over; throws `truncated` unless the document was closed. */
  end(): void;
}

type Limits = Pick<DavLimits, "maxEntries" | "maxEntryChars" | "maxHrefChars" | "maxXmlDepth">;

interface OpenResponse {
  hrefs: string[];
  status: number | null;
  properties: Map<string, DavProperty>;
  found: Map<string, DavProperty>;
  foundStatus: number | null;
}

/** Parses a multistatus as a stream. DOCTYPE and entities are refused, and whatever is not well formed. */
export function createMultistatusParser(limits: Limits): MultistatusParser {
  const parser = new SaxesParser<{ xmlns: true; position: false }>({ xmlns: true, position: false });
  const builder = createResponseBuilder(limits);
  parser.on("opentag", builder.open);
  parser.on("closetag", builder.close);
  parser.on("text", builder.read);
  parser.on("cdata", builder.read);
  parser.on("doctype", () => {
    throw new DavFault("bad_xml");
  });
  parser.on("error", () => {
    throw new DavFault(builder.hasBegun() ? "bad_xml" : "not_multistatus");
  });
  return {
    write: (chunk) => {
      const charsBefore = builder.charsOpen(chunk.length);
      parser.write(chunk);
      if (charsBefore > limits.maxEntryChars && !builder.hasFinishedAny())
        throw new DavFault("answer_too_large");
      return builder.takeFinished();
    },
    end: () => {
      if (!builder.isClosed()) throw new DavFault("truncated");
    },
  };
}

function createResponseBuilder(limits: Limits) {
  const path: string[] = [];
  let finished: MultistatusResponse[] = [];
  let response: OpenResponse | null = null;
  let property: { text: string; elements: string[] } | null = null;
  let text = "";
  let entries = 0;
  let charsOpen = 0;
  let hasBegun = false;

  const finish = (whole: OpenResponse) => {
    entries += 1;
    if (entries > limits.maxEntries) throw new DavFault("answer_too_large");
    finished.push({ hrefs: whole.hrefs, status: whole.status, properties: whole.properties });
    response = null;
    charsOpen = 0;
  };
  return {
    open: (tag: SaxesTagNS) => {
      const name = `{${tag.uri}}${tag.local}`;
      if (path.length === 0 && name !== multistatus) throw new DavFault("not_multistatus");
      hasBegun = true;
      path.push(name);
      text = "";
      if (path.length > limits.maxXmlDepth) throw new DavFault("answer_too_large");
      if (path.length === 2 && name === responseName) response = freshResponse();
      else if (path.length === 3 && name === propstat) response = startPropstat(response);
      else if (path.length === 5 && path[3] === prop) property = { text: "", elements: [] };
      else if (path.length > 5) property?.elements.push(name);
    },
    close: () => {
      const name = path.pop() ?? "";
      if (path.length === 4 && property !== null) {
        response?.found.set(name, { text: property.text.trim(), elements: property.elements });
        property = null;
      } else if (response !== null && path.length === 3) closeInPropstat(response, name, text);
      else if (response !== null && path.length === 2) closeInResponse(response, name, text, limits);
      else if (response !== null && path.length === 1) finish(response);
      text = "";
    },
    read: (chunk: string) => {
      text += chunk;
      if (property !== null) property.text += chunk;
    },
    /** Characters fed since the last whole response, these ones included. */
    charsOpen: (more: number) => {
      charsOpen += more;
      return charsOpen;
    },
    hasFinishedAny: () => finished.length > 0,
    takeFinished: () => {
      const taken = finished;
      finished = [];
      return taken;
    },
    hasBegun: () => hasBegun,
    isClosed: () => hasBegun && path.length === 0,
  };
}

const multistatus = "{DAV:}multistatus";
const responseName = "{DAV:}response";
const propstat = "{DAV:}propstat";
const prop = "{DAV:}prop";
const href = "{DAV:}href";
const status = "{DAV:}status";

function freshResponse(): OpenResponse {
  return { hrefs: [], status: null, properties: new Map(), found: new Map(), foundStatus: null };
}

function startPropstat(response: OpenResponse | null): OpenResponse | null {
  return response === null ? null : { ...response, found: new Map(), foundStatus: null };
}

function closeInPropstat(response: OpenResponse, name: string, text: string): void {
  if (name === status) response.foundStatus = readStatus(text);
}

function closeInResponse(response: OpenResponse, name: string, text: string, limits: Limits): void {
  if (name === href) response.hrefs.push(checkedHref(text, limits));
  else if (name === status) response.status = readStatus(text);
  else if (name === propstat) {
    const found = response.foundStatus ?? 0;
    if (found < 200 || found > 299) return;
    for (const [key, value] of response.found) response.properties.set(key, value);
  }
}

function checkedHref(text: string, limits: Limits): string {
  const value = text.trim();
  if (value.length > limits.maxHrefChars) throw new DavFault("answer_too_large");
  return value;
}

/** `HTTP/1.1 200 OK` → 200; null when there is no such number. */
function readStatus(line: string): number | null {
  const match = /^\s*HTTP\/\d(?:\.\d)?\s+(\d{3})\b/i.exec(line);
  return match?.[1] === undefined ? null : Number(match[1]);
}

import { mergeChecksums } from "../checksums/kept-checksums.ts";
import type { DeadProperty, PropertyName } from "../tree/properties.ts";
import type { TreeNode, Usage } from "../tree/tree.ts";
import type { PropfindRequest } from "../xml/propfind-request.ts";
import { escapeXml } from "../xml/write-xml.ts";
import { mediaTypeByName } from "./media-type.ts";
import { elementOf, keyOf, propstat } from "./property-element.ts";
import { syncTokenOf } from "./sync-token.ts";

/** What is known about a node besides itself. */
export interface NodeFacts {
  readonly usage: Usage | null;
  readonly dead: readonly DeadProperty[];
  /** `activelock` elements of the locks that hold for it. */
  readonly locks: string;
  /** Verified checksums of its content that were kept. */
  readonly checksums: string | null;
  /** Another text after every restore of a backup; empty before the first. */
  readonly timeline: string;
  /** Writes a time as `getlastmodified` has it. */
  readonly httpDate: (ms: number) => string;
  /** Writes a time as `creationdate` has it. */
  readonly isoTime: (ms: number) => string;
  /** Who asks, and whether they may write there; null when that was not asked. */
  readonly access: { readonly did: string; readonly canWrite: boolean } | null;
}

/** What a property says about a node: its value as XML text, or null where the node has no such property. */
export type Reader = (node: TreeNode, facts: NodeFacts) => string | null;

const everyLock = ["exclusive", "shared"]
  .map(
    (scope) =>
      `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
  )
  .join("");

const readerByName: Readonly<Record<string, Reader>> = {
  resourcetype: (node) => (node.kind === "collection" ? "<D:collection/>" : ""),
  creationdate: (node, { isoTime }) => isoTime(node.createdMs),
  getlastmodified: (node, { httpDate }) => httpDate(node.modifiedMs),
  getetag: (node) => `"${node.etag}"`,
  getcontentlength: (node) => (node.kind === "file" ? String(node.size) : null),
  getcontenttype: (node) =>
    node.kind === "file" ? escapeXml(node.type ?? mediaTypeByName(node.name)) : "httpd/unix-directory",
  lockdiscovery: (_node, { locks }) => locks,
  supportedlock: () => everyLock,
};

/** Asked for by name only: RFC 4331, RFC 5397, RFC 3744 §5.5, RFC 6578 §4, RFC 3253 §3.1.5. */
const namedReaderByName: Readonly<Record<string, Reader>> = {
  "quota-used-bytes": (node, { usage }) =>
    node.kind === "collection" && usage !== null ? String(usage.usedBytes) : null,
  "quota-available-bytes": (node, { usage }) =>
    node.kind === "collection" && usage !== null && usage.quotaBytes !== null
      ? String(Math.max(0, usage.quotaBytes - usage.usedBytes + (usage.keptBytes ?? 0)))
      : null,
  "sync-token": (node) => (node.kind === "collection" ? syncTokenOf(node) : null),
  "supported-report-set": (node) =>
    node.kind === "collection"
      ? "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
      : "",
  "current-user-principal": (_node, { access }) =>
    access === null ? null : `<D:href>${escapeXml(access.did)}</D:href>`,
  "current-user-privilege-set": (_node, { access }) =>
    access === null ? null : access.canWrite ? privileges.write : privileges.read,
};

/** ownCloud's, asked for by name only; `X` is bound to its namespace where the value stands. */
const ocNamespace = "http://owncloud.org/ns";
const ocReaderByName: Readonly<Record<string, Reader>> = {
  checksums: ({ hash }, { checksums }) =>
    hash === null ? null : `<X:checksum>${mergeChecksums(checksums, `SHA256:${hash}`)}</X:checksum>`,
  // Clients follow what moved by it; it is never used again.
  id: ocIdOf,
  // When it is another one, clients of Nextcloud and ownCloud keep what they have that is newer than a backup that was restored.
  "data-fingerprint": ({ kind }, { timeline }) => (kind === "collection" ? timeline : null),
  fileid: ({ id }) => String(id),
  size: ({ kind, size }) => (kind === "file" ? String(size) : null),
  permissions: ({ kind }, { access }) =>
    access === null ? null : access.canWrite ? writeLetters[kind] : readLetters,
};

/** Readable; deletable, may be renamed, may be moved; and may be written, or takes files and folders. */
const readLetters = "G";
const writeLetters = { file: "GDNVW", collection: "GDNVCK" };

/** A node's name for clients of Nextcloud and ownCloud, as `OC-FileId` has it. */
export function ocIdOf({ id }: Pick<TreeNode, "id">): string {
  return `${String(id).padStart(8, "0")}relite`;
}

const readPrivileges = ["read", "read-current-user-privilege-set"];
const writePrivileges = ["write", "write-properties", "write-content", "bind", "unbind", "unlock"];
const privilegeElements = (names: readonly string[]) =>
  names.map((name) => `<D:privilege><D:${name}/></D:privilege>`).join("");
const privileges = {
  read: privilegeElements(readPrivileges),
  write: privilegeElements([...readPrivileges, ...writePrivileges]),
};

export const noFacts: NodeFacts = {
  usage: null,
  dead: [],
  locks: "",
  checksums: null,
  timeline: "",
  access: null,
  httpDate: (ms) => new Date(ms).toUTCString(),
  isoTime: (ms) => new Date(ms).toISOString(),
};

/** Whether a name is the server's own: it cannot be stored as a dead property. */
export function isLive(name: PropertyName): boolean {
  return readerOf(name) !== undefined;
}

/** Whether an answer will need what one of these live properties is made of. */
export function asksFor(request: PropfindRequest, names: readonly string[]): boolean {
  if (request.kind === "allprop" && names.some((name) => Object.hasOwn(readerByName, name))) return true;
  return namesOf(request).some(({ namespace, name }) => namespace === "DAV:" && names.includes(name));
}

/** Whether an answer will need the checksums kept with contents. */
export function asksForChecksums(request: PropfindRequest): boolean {
  return asksForOc(request, "checksums");
}

/** Whether an answer will need to know what the asker may do. */
export function asksForAccess(request: PropfindRequest): boolean {
  return (
    asksFor(request, ["current-user-principal", "current-user-privilege-set"]) ||
    asksForOc(request, "permissions")
  );
}

export function asksForTimeline(request: PropfindRequest): boolean {
  return asksForOc(request, "data-fingerprint");
}

function asksForOc(request: PropfindRequest, asked: string): boolean {
  return namesOf(request).some(({ namespace, name }) => namespace === ocNamespace && name === asked);
}

export function asksForDead(request: PropfindRequest): boolean {
  return request.kind !== "prop" || request.names.some((name) => !isLive(name));
}

function namesOf(request: PropfindRequest): readonly PropertyName[] {
  return request.kind === "prop" ? request.names : request.kind === "allprop" ? request.include : [];
}

/** Turns what was asked into one function from a node to its `propstat` elements, so that a listing does no work twice. */
export function createPropstat(
  request: PropfindRequest,
  isMinimal: boolean,
  find: (name: PropertyName) => Reader | undefined = readerOf,
): (node: TreeNode, facts: NodeFacts) => string {
  if (request.kind === "propname") return namesOnly;
  const isAll = request.kind === "allprop";
  const named = namesOf(request);
  const names = isAll ? [...everyName, ...named] : named;
  const wanted = names.map((name) => ({
    reader: find(name),
    key: keyOf(name),
    isNamed: named.includes(name),
    ...elementOf(name),
  }));
  return (node, facts) => {
    let found = "";
    let missing = "";
    const dead = facts.dead.length === 0 ? none : xmlByKey(facts.dead);
    for (const { reader, key, isNamed, open, close, empty } of wanted) {
      const value = reader?.(node, facts) ?? null;
      if (value !== null) found += value === "" ? empty : open + value + close;
      else if (dead.has(key)) found += isAll ? "" : dead.get(key);
      else if (isNamed && !isMinimal) missing += empty;
    }
    if (isAll) for (const xml of dead.values()) found += xml;
    const foundPart = found === "" && missing !== "" ? "" : propstat(found, "200 OK");
    return missing === "" ? foundPart : foundPart + propstat(missing, "404 Not Found");
  };
}

const none: ReadonlyMap<string, string> = new Map();

function xmlByKey(dead: readonly DeadProperty[]): ReadonlyMap<string, string> {
  return new Map(dead.map((property) => [keyOf(property), property.xml]));
}

const everyName: readonly PropertyName[] = Object.keys(readerByName).map((name) => ({
  namespace: "DAV:",
  name,
}));

function namesOnly(node: TreeNode, { dead }: NodeFacts): string {
  const present = everyName.filter(({ name }) => readerByName[name]?.(node, noFacts) != null);
  return propstat([...present, ...dead].map((name) => elementOf(name).empty).join(""), "200 OK");
}

/** How the server itself says a property; undefined for the names that are clients' own. */
export function readerOf({ namespace, name }: PropertyName): Reader | undefined {
  if (namespace === ocNamespace)
    return Object.hasOwn(ocReaderByName, name) ? ocReaderByName[name] : undefined;
  if (namespace !== "DAV:") return undefined;
  if (Object.hasOwn(readerByName, name)) return readerByName[name];
  return Object.hasOwn(namedReaderByName, name) ? namedReaderByName[name] : undefined;
}

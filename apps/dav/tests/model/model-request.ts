export type ModelMethod =
  | "PUT"
  | "PATCH"
  | "GET"
  | "HEAD"
  | "MKCOL"
  | "DELETE"
  | "COPY"
  | "MOVE"
  | "PROPFIND"
  | "PROPPATCH"
  | "LOCK"
  | "UNLOCK";

/** One list of an `If` header about an address. */
export interface ModelIfList {
  readonly path: string;
  readonly terms: readonly {
    readonly kind: "token" | "etag";
    readonly value: string;
    readonly not: boolean;
  }[];
}

/** A request as data: addresses are names from the tree's top down, joined by slashes. */
export interface ModelRequest {
  readonly method: ModelMethod;
  readonly path: string;
  /** Whether the address ends with a slash. */
  readonly slash: boolean;
  readonly who: number;
  readonly destination: string;
  /** A Destination that is none: another host, outside the files, not clean. */
  readonly badDestination: "other host" | "outside" | "unclean" | null;
  /** Null: no header. */
  readonly depth: string | null;
  readonly overwrite: string | null;
  readonly ifMatch: string | null;
  readonly ifNoneMatch: string | null;
  readonly ifLists: readonly ModelIfList[];
  readonly body: string;
  /** The offset a PATCH writes at; null appends. */
  readonly patchAt: number | null;
  readonly modifiedSec: number | null;
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
  /** Whether the PROPPATCH also wants to change what is the server's own. */
  readonly isProtected: boolean;
  /** LOCK without a body. */
  readonly isRefresh: boolean;
  readonly shared: boolean;
  /** What UNLOCK names. */
  readonly lockToken: string;
}

export const plainRequest: ModelRequest = {
  method: "GET",
  path: "",
  slash: false,
  who: 0,
  destination: "",
  badDestination: null,
  depth: null,
  overwrite: null,
  ifMatch: null,
  ifNoneMatch: null,
  ifLists: [],
  body: "",
  patchAt: null,
  modifiedSec: null,
  set: new Map(),
  remove: [],
  isProtected: false,
  isRefresh: false,
  shared: false,
  lockToken: "",
};

export const isTransfer = ({ method }: ModelRequest) => method === "COPY" || method === "MOVE";
/** For LOCK the default is infinity. */
export const isDeep = ({ depth }: ModelRequest) => depth === null || depth.toLowerCase() === "infinity";

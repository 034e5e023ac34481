/** Names an upload: each actor has names of its own, so nobody meets another's. */
export interface UploadKey {
  readonly owner: number;
  readonly app: string;
  readonly actor: string;
  readonly name: string;
}

/** The file an upload will be: an app and canonical segments below it. */
export interface UploadTarget {
  readonly app: string;
  readonly segments: readonly string[];
}

export interface NewUpload extends UploadKey {
  readonly kind: "chunked" | "tus";
  readonly target: UploadTarget | null;
  readonly lengthBytes: number | null;
  readonly metadata: string | null;
  /** tus: `partial`, or what a file was made of; null for every other. */
  readonly concat: string | null;
  readonly expiresMs: number;
}

/** An upload that will be a part of a file only: no address is meant for it alone. */
export const partialConcat = "partial";

export interface Upload extends NewUpload {
  readonly id: number;
  /** Bytes of all parts. */
  readonly sizeBytes: number;
  readonly parts: number;
  /** The file is there. */
  readonly isFinished: boolean;
  /** Changes with every change of its parts. */
  readonly version: number;
  readonly createdMs: number;
}

/** Bytes that are durable in a file of their own. */
export interface UploadPart {
  /** Number or offset: parts are joined in its order. */
  readonly start: number;
  readonly name: string;
  readonly size: number;
  readonly file: string;
  /** SHA-256, hexadecimal; null when it is not known of exactly these bytes. */
  readonly hash: string | null;
}

/** What a write of a part is bound to; `expiresMs` gives the upload a new term. */
export interface PartRules {
  readonly maxBytes: number;
  readonly expiresMs: number;
  /** The part must begin where those that are there end (`conflict` otherwise). */
  readonly isAppended: boolean;
}

/** What a finished file was made of: refused when the upload has changed since, or is gone. */
export interface UploadClaim {
  readonly id: number;
  readonly version: number;
  /** Others it was made of. */
  readonly partials?: readonly UploadClaim[];
}

export interface DroppedUpload {
  readonly id: number;
  readonly owner: number;
  readonly bytes: number;
  readonly files: readonly string[];
}

/**
 * The port of files on their way. Every write is one transaction and on the disk when it resolves; `not_found` when the
 * upload is gone, `insufficient_storage` beyond the quota or the most an owner may have begun, `too_large`.
 */
export interface Uploads {
  find(key: UploadKey): Promise<Upload | null>;
  /** What an actor has begun in an app, by name. */
  list(key: Omit<UploadKey, "name">): Promise<readonly Upload[]>;
  /** The one a file was made of by these very words of its actor, while that is remembered. */
  findJoined(
    key: Omit<UploadKey, "name">,
    said: { readonly concat: string; readonly metadata: string },
  ): Promise<Upload | null>;
  /** In their order. */
  parts(id: number): Promise<readonly UploadPart[]>;
  part(id: number, start: number): Promise<UploadPart | null>;
  /** Whether a file on the disk is a part of something. */
  hasFile(file: string): Promise<boolean>;
  /** `method_not_allowed` when there is one of that name that is not finished. */
  create(fresh: NewUpload): Promise<Upload>;
  /** Adds a part, or lets it take the place of the one with its start; answers that one's file. */
  addPart(id: number, part: UploadPart, rules: PartRules): Promise<string | null>;
  /** More of the last part has become durable: `part.size` from `fromSize`. */
  extendPart(id: number, part: UploadPart, fromSize: number, rules: PartRules): Promise<void>;
  removePart(id: number, start: number): Promise<string | null>;
  /** Says how long it will be, once. */
  setLength(id: number, lengthBytes: number): Promise<void>;
  remove(id: number): Promise<DroppedUpload>;
  /** Forgets some that ended before now; answers the files that nothing names any more. */
  expire(nowMs: number): Promise<readonly DroppedUpload[]>;
}

export const uploadWrites = [
  "create",
  "addPart",
  "extendPart",
  "removePart",
  "setLength",
  "remove",
  "expire",
] as const satisfies readonly (keyof Uploads)[];

/** An app password or a share link as the endpoint lists it; its secret is told once, to who made it. */
export interface StoredAccess {
  readonly id: string;
  readonly label: string;
  readonly app: string;
  /** Segments joined by `/`; empty for the whole app. */
  readonly path: string;
  readonly action: "read" | "write";
  readonly expiresMs: number;
  readonly lastUsedMs: number | null;
}

/** A key that acted for the owner, or was said to be lost. */
export interface Device {
  readonly did: string;
  readonly agent: string;
  readonly isOwnerKey: boolean;
  readonly lastSeenMs: number | null;
  readonly lostMs: number | null;
}

/** What an app password opens, and with what. */
export interface MadePassword {
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

/** Rows of `{ [key]: [...] }`; null for another shape. */
export function rowsOf<Row>(
  body: unknown,
  key: string,
  parse: (value: unknown) => Row | null,
): readonly Row[] | null {
  const list = valueAt(body, key);
  if (!Array.isArray(list)) return null;
  const rows = list.map((one: unknown) => parse(one)).filter((one) => one !== null);
  return rows.length === list.length ? rows : null;
}

export function parseStoredAccess(value: unknown): StoredAccess | null {
  const [id, app, expiresMs] = [textAt(value, "id"), textAt(value, "app"), timeAt(value, "expires")];
  if (id === null || app === null || expiresMs === null) return null;
  return {
    id,
    label: textAt(value, "label") ?? "",
    app,
    path: textAt(value, "path") ?? "",
    action: textAt(value, "action") === "write" ? "write" : "read",
    expiresMs,
    lastUsedMs: timeAt(value, "lastUsed"),
  };
}

export function parseDevice(value: unknown): Device | null {
  const did = textAt(value, "did");
  if (did === null) return null;
  return {
    did,
    agent: textAt(value, "agent") ?? "",
    isOwnerKey: valueAt(value, "isOwnerKey") === true,
    lastSeenMs: timeAt(value, "lastSeen"),
    lostMs: timeAt(value, "lost"),
  };
}

export function textAt(value: unknown, key: string): string | null {
  const found = valueAt(value, key);
  return typeof found === "string" ? found : null;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function timeAt(value: unknown, key: string): number | null {
  const ms = Date.parse(textAt(value, key) ?? "");
  return Number.isFinite(ms) ? ms : null;
}

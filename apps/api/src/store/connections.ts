import type {
  Connection,
  ConnectionFailure,
  ConnectionPatch,
  ConnectionRepository,
} from "@relite/core/connections";
import { ReliteError } from "@relite/core/errors";
import { requireStorableText } from "@relite/core/text";
import type { Database } from "@relite/prisma";
import {
  isOrphan,
  isPossibleId,
  isTaken,
  oneOf,
  toBigIntOrNull,
  toErrorCode,
  toNumber,
  toNumberOrNull,
  toStorable,
} from "./rows.ts";

type Row = NonNullable<Awaited<ReturnType<Database["client"]["connection"]["findUnique"]>>>;

/** The longest texts of a connection, in UTF-16 units. */
const limits = { name: 1_000, url: 8_000, host: 1_000, username: 1_000, serverIdentity: 1_000 } as const;

export function createConnections({ client }: Database): ConnectionRepository {
  return {
    insert: async (userId, connection) => {
      requireTexts(connection);
      requireStorableText("id", connection.id, 500);
      if (!isPossibleId(userId)) throw noUser();
      try {
        await client.connection.create({ data: { ...toColumns(connection), userId } });
      } catch (error) {
        if (isOrphan(error)) throw noUser();
        if (isTaken(error)) throw new ReliteError("conflict", "A connection with this id is there already.");
        throw error;
      }
    },
    get: async (userId, id) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const row = await client.connection.findUnique({ where: { id, userId } });
      return row === null ? null : toConnection(row);
    },
    list: async (userId) => {
      if (!isPossibleId(userId)) return [];
      const rows = await client.connection.findMany({
        where: { userId },
        orderBy: [{ createdAtMs: "asc" }, { id: "asc" }],
      });
      return rows.map(toConnection);
    },
    update: async (userId, id, patch) => {
      requireTexts(patch);
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const [row] = await client.connection.updateManyAndReturn({
        where: { id, userId },
        data: toPatchColumns(patch),
      });
      return row === undefined ? null : toConnection(row);
    },
    remove: async (userId, id) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return false;
      return (await client.connection.deleteMany({ where: { id, userId } })).count === 1;
    },
    listDue: async (nowMs, limit) => {
      const rows = await client.connection.findMany({
        where: { nextSyncAtMs: { lte: BigInt(nowMs) } },
        orderBy: [{ nextSyncAtMs: "asc" }, { id: "asc" }],
        take: limit,
      });
      return rows.map(toConnection);
    },
  };
}

function noUser(): ReliteError {
  return new ReliteError("not_found", "There is no such user.");
}

function requireTexts(patch: ConnectionPatch): void {
  for (const [field, maxLength] of Object.entries(limits)) {
    const text: unknown = Reflect.get(patch, field);
    if (typeof text === "string") requireStorableText(field, text, maxLength);
  }
}

function toColumns(connection: Connection) {
  const { failure, sealedSecret, lastSyncAtMs, nextSyncAtMs, createdAtMs, updatedAtMs, ...plain } =
    connection;
  return {
    ...plain,
    ...toSecretColumns(sealedSecret),
    ...toFailureColumns(failure),
    lastSyncAtMs: toBigIntOrNull(lastSyncAtMs),
    nextSyncAtMs: toBigIntOrNull(nextSyncAtMs),
    createdAtMs: BigInt(createdAtMs),
    updatedAtMs: BigInt(updatedAtMs),
  };
}

function toPatchColumns(patch: ConnectionPatch) {
  const { failure, sealedSecret, lastSyncAtMs, nextSyncAtMs, updatedAtMs, ...plain } = patch;
  return {
    ...plain,
    ...(sealedSecret === undefined ? {} : toSecretColumns(sealedSecret)),
    ...(failure === undefined ? {} : toFailureColumns(failure)),
    ...(lastSyncAtMs === undefined ? {} : { lastSyncAtMs: toBigIntOrNull(lastSyncAtMs) }),
    ...(nextSyncAtMs === undefined ? {} : { nextSyncAtMs: toBigIntOrNull(nextSyncAtMs) }),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs: BigInt(updatedAtMs) }),
  };
}

function toSecretColumns(sealed: Connection["sealedSecret"]) {
  return {
    secretKeyId: sealed?.keyId ?? null,
    secretBytes: sealed === null ? null : new Uint8Array(sealed.bytes),
  };
}

function toFailureColumns(failure: ConnectionFailure | null) {
  return {
    failureCode: failure?.code ?? null,
    failureReason: failure === null || failure.reason === null ? null : toStorable(failure.reason),
    failureMessage: failure === null ? null : toStorable(failure.message),
    failureAtMs: toBigIntOrNull(failure?.atMs ?? null),
  };
}

function toConnection(row: Row): Connection {
  const { id, userId, name, url, host, username, failures, serverIdentity, secretKeyId, secretBytes } = row;
  const isSealed = secretKeyId !== null && secretBytes !== null;
  return {
    id,
    userId,
    name,
    url,
    host,
    authKind: oneOf(row.authKind, ["basic", "bearer", "none"]),
    username,
    sealedSecret: isSealed ? { keyId: secretKeyId, bytes: new Uint8Array(secretBytes) } : null,
    status: oneOf(row.status, ["idle", "ok", "failing", "stopped"]),
    failure: toFailure(row),
    failures,
    lastSyncAtMs: toNumberOrNull(row.lastSyncAtMs),
    nextSyncAtMs: toNumberOrNull(row.nextSyncAtMs),
    serverIdentity,
    createdAtMs: toNumber(row.createdAtMs),
    updatedAtMs: toNumber(row.updatedAtMs),
  };
}

function toFailure({
  failureCode,
  failureReason,
  failureMessage,
  failureAtMs,
}: Row): ConnectionFailure | null {
  if (failureCode === null) return null;
  return {
    code: toErrorCode(failureCode),
    reason: failureReason,
    message: failureMessage ?? "",
    atMs: toNumberOrNull(failureAtMs) ?? 0,
  };
}

import type { Proposal, ProposalRepository } from "@relite/core/library";
import { requireStorableText } from "@relite/core/text";
import type { Database, Sql, SqlValue } from "@relite/prisma";
import { requireOwn } from "./connection-scope.ts";
import { isPossibleId, oneOf, toStorable } from "./rows.ts";

interface Row {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string;
  readonly kind: string;
  readonly status: string;
  readonly round: number;
  readonly vanished: number;
  readonly known: number;
  readonly sample: string;
  readonly serverBefore: string | null;
  readonly serverNow: string | null;
  readonly createdAtMs: number;
  readonly decidedAtMs: number | null;
}

const maxListed = 200;
const fields = `"id", "userId", "connectionId", "kind", "status", "round", "vanished", "known", "sample",
  "serverBefore", "serverNow", "createdAtMs", "decidedAtMs"`;

export function createProposals({ sql }: Database): ProposalRepository {
  return {
    propose: (userId, proposal) => sql.transaction((tx) => propose(tx, { ...proposal, userId })),
    get: async (userId, id) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const [row] = await find(sql, `"userId" = ? AND "id" = ?`, [userId, id]);
      return row ?? null;
    },
    list: async (userId, { connectionId, status }) => {
      if (!isPossibleId(userId) || !isPossibleId(connectionId ?? "")) return [];
      const byConnection = connectionId === undefined ? "" : ` AND "connectionId" = ?`;
      const byStatus = status === undefined ? "" : ` AND "status" = ?`;
      return find(
        sql,
        `"userId" = ?${byConnection}${byStatus} ORDER BY "createdAtMs" DESC, "id" DESC LIMIT ${maxListed}`,
        [userId, connectionId, status].filter((value) => value !== undefined),
      );
    },
    decide: async (userId, id, status, nowMs) => {
      if (!isPossibleId(userId) || !isPossibleId(id)) return null;
      const [row] = await sql.all<Row>(
        `UPDATE "Proposal" SET "status" = ?, "decidedAtMs" = ?, "openConnectionId" = NULL
         WHERE "userId" = ? AND "id" = ? AND "status" = 'open' RETURNING ${fields}`,
        [status, nowMs, userId, id],
      );
      return row === undefined ? null : toProposal(row);
    },
  };
}

async function find(sql: Sql, where: string, values: readonly SqlValue[]): Promise<readonly Proposal[]> {
  return (await sql.all<Row>(`SELECT ${fields} FROM "Proposal" WHERE ${where}`, values)).map(toProposal);
}

async function propose(tx: Sql, proposal: Proposal): Promise<Proposal> {
  const { userId, connectionId, kind, round, vanished, known } = proposal;
  await requireOwn(tx, userId, connectionId);
  requireStorableText("id", proposal.id, 500);
  const serverBefore = proposal.serverBefore === null ? null : toStorable(proposal.serverBefore);
  const serverNow = proposal.serverNow === null ? null : toStorable(proposal.serverNow);
  const facts = [kind, round, vanished, known, JSON.stringify(proposal.sample), serverBefore, serverNow];
  const [row] = await tx.all<Row>(
    `INSERT INTO "Proposal" ("id", "userId", "connectionId", "openConnectionId", "status", "createdAtMs",
       "kind", "round", "vanished", "known", "sample", "serverBefore", "serverNow")
     VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT ("openConnectionId") DO UPDATE SET "kind" = excluded."kind", "round" = excluded."round",
       "vanished" = excluded."vanished", "known" = excluded."known", "sample" = excluded."sample",
       "serverBefore" = excluded."serverBefore", "serverNow" = excluded."serverNow"
     RETURNING ${fields}`,
    [proposal.id, userId, connectionId, connectionId, proposal.createdAtMs, ...facts],
  );
  if (row === undefined) throw new Error("A proposal that was stored did not come back.");
  return toProposal(row);
}

function toProposal(row: Row): Proposal {
  const sample: unknown = JSON.parse(row.sample);
  return {
    ...row,
    kind: oneOf(row.kind, ["many_missing", "root_empty", "server_changed"]),
    status: oneOf(row.status, ["open", "accepted", "rejected", "superseded"]),
    sample: Array.isArray(sample) ? sample.filter((path) => typeof path === "string") : [],
  };
}

import { randomBytes, randomUUID } from "node:crypto";
import { systemClock } from "@relite/core/clock";
import { hashInvitationCode, newInvitationCode } from "@relite/core/crypto";
import { parseBytes } from "@relite/core/env";
import { invitationState, invitationToJson } from "../accounts/invitations.ts";
import { type CommandIo, type Parsed, parseLine, withStorage, wrongCall } from "./command-line.ts";

const usage = `Usage: invite [--quota 10G] [--days 7] [--label L] [--json] [--data DIR]
                                             makes a place for one new owner and prints its code, once
       invite list [--json] [--data DIR]
       invite revoke ID [--data DIR]`;

const dayMs = 86_400_000;

/** `invite`: places for owners to come. Works, and takes effect, while the endpoint runs. */
export async function runInvite(args: readonly string[], io: CommandIo): Promise<number> {
  const text = { quota: "string", days: "string", label: "string", data: "string" } as const;
  const line = parseLine(args, { ...text, json: "boolean", help: "boolean" }, io);
  if (line === null) return wrongCall;
  if (line.isSet("help")) {
    io.out(usage);
    return 0;
  }
  const [verb, id, ...rest] = line.words;
  if (verb === undefined) return create(line, io);
  if (verb === "list" && id === undefined) return list(line, io);
  if (verb === "revoke" && id !== undefined && rest.length === 0) return revoke(id, line, io);
  return wrong(io, "invite, invite list or invite revoke ID; see --help");
}

async function create(line: Parsed, io: CommandIo): Promise<number> {
  const quotaText = line.flag("quota");
  const quotaBytes = quotaText === undefined ? null : parseBytes(quotaText);
  if (quotaText !== undefined && quotaBytes === null) return wrong(io, "--quota is a size such as 10G");
  const days = Number(/^\d{1,3}$/.exec(line.flag("days") ?? "7")?.[0] ?? 0);
  if (days < 1 || days > 90) return wrong(io, "--days is a whole number from 1 to 90");
  const label = line.flag("label")?.trim() || null;
  if (label !== null && label.length > 100) return wrong(io, "--label has 100 characters at most");
  return withStorage(line.flag("data"), io, async ({ invitations }, config) => {
    const code = newInvitationCode((length) => randomBytes(length));
    const id = randomUUID();
    const expiresMs = systemClock.nowMs() + days * dayMs;
    const codeHash = await hashInvitationCode(code);
    await invitations.create({ id, codeHash, label, quotaBytes, expiresMs, madeBy: null });
    if (config.registration === "closed") {
      io.err("DAV_REGISTRATION is closed here: the code works once the endpoint runs with invite or open");
    }
    if (line.isSet("json"))
      io.out(JSON.stringify({ id, code, label, quotaBytes, expiresAt: instant(expiresMs) }));
    else {
      io.out(code);
      io.err(
        `works once, until ${instant(expiresMs)}, and is shown only now; taken back with: invite revoke ${id}`,
      );
    }
    return 0;
  });
}

function list(line: Parsed, io: CommandIo): Promise<number> {
  return withStorage(line.flag("data"), io, async ({ invitations }) => {
    const all = invitations.list();
    if (line.isSet("json"))
      io.out(JSON.stringify(all.map((one) => invitationToJson(one, systemClock.nowMs()))));
    else if (all.length === 0) io.out("no invitations yet");
    else {
      for (const one of all) {
        const { id, label, expiresMs, usedByDid } = one;
        const used = usedByDid === null ? "" : ` by ${usedByDid}`;
        const state = invitationState(one, systemClock.nowMs());
        io.out(`${id}  ${label ?? "-"}  ${state}${used}, ends ${instant(expiresMs)}`);
      }
    }
    return 0;
  });
}

function revoke(id: string, line: Parsed, io: CommandIo): Promise<number> {
  return withStorage(line.flag("data"), io, async ({ invitations }) => {
    if (await invitations.revoke(id)) {
      io.out(`revoked ${id}`);
      return 0;
    }
    io.err("there is no such open invitation");
    return 1;
  });
}

function wrong(io: CommandIo, why: string): number {
  io.err(why);
  return wrongCall;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

import { type Clock, systemClock } from "@relite/core/clock";
import { type Command, createCommand, UsageError } from "@relite/core/node";
import { z } from "zod";
import { createRemote, type Remote, understand } from "./remote.ts";
import {
  describeScope,
  issueStoredOrder,
  readStoredOrder,
  required,
  type StoredOrder,
} from "./stored-order.ts";

const usage = `
share create --key FILE --url URL --app ID [--path P] [--days N] [--label L]
share list   --key FILE --url URL
share revoke ID --key FILE --url URL

A link that opens one file or folder in any browser, to read, without an account. It is shown once.

    --key FILE      the owner's key, or with --proof a device's (see \`key new\`)
    --url URL       the endpoint, such as https://files.example; the link begins with it
    --app ID        the app whose files are shared
    --path P        the file or folder, plain text, / between names (all of the app without it)
    --days N        how long the link works: 1 to 365 (7)
    --label L       to tell it from others in the list
    --proof FILE    the delegation to this key, where it is not the owner's key itself
    --aud DID       the endpoint's name, where its settings say another than its address
    --json          print JSON
`;

const values = ["key", "url", "app", "path", "days", "label", "proof", "aud"];

const facts = z.object({
  id: z.string(),
  app: z.string(),
  path: z.string(),
  action: z.string(),
  label: z.string(),
  expires: z.string(),
  lastUsed: z.string().nullable(),
});
const made = facts.extend({ link: z.string().regex(/^\/s\/[a-z2-7]+#[a-z2-7]+$/) });
const listed = z.object({ shares: z.array(facts) });

export const runShare: Command = createShareCommand(systemClock);

function createShareCommand(clock: Clock): Command {
  return createCommand(usage, { flags: ["json"], values }, async (args, io) => {
    const [verb, id, ...more] = args.positionals;
    const isCall =
      verb === "create" || verb === "list" ? id === undefined : verb === "revoke" && id !== undefined;
    if (!isCall || more.length > 0) throw new UsageError("Say `share create`, `list` or `revoke ID`");
    const say = (value: unknown, lines: readonly string[]) => {
      for (const line of args.flags.has("json") ? [JSON.stringify(value)] : lines) io.out(line);
    };
    const order = verb === "create" ? readStoredOrder(args.values, { days: 7, can: "read" }, clock) : null;
    const url = required(args.values, "url");
    const keyFile = required(args.values, "key");
    const { proof: proofFile, aud: audience } = args.values;
    const remote = await createRemote({ keyFile, url, proofFile, audience }, clock);
    if (order !== null) {
      const share = await create(remote, order, clock);
      const link = `${new URL(url).origin}${share.link}`;
      return say({ ...share, link }, [link, `opens ${describeScope(share)}, until ${share.expires}`]);
    }
    if (verb === "list") {
      const { shares } = understand(listed, await remote.ask("GET", "/relite/shares"));
      return say(shares, shares.length === 0 ? ["no shares"] : shares.map(describe));
    }
    await remote.ask("DELETE", `/relite/shares/${encodeURIComponent(id ?? "")}`);
    say({ revoked: id }, [`revoked ${id}`]);
  });
}

async function create(remote: Remote, order: StoredOrder, clock: Clock) {
  const ucan = await issueStoredOrder(remote, order, clock);
  return understand(made, await remote.ask("POST", "/relite/shares", { ucan, label: order.label }));
}

function describe(share: z.output<typeof facts>): string {
  const used = share.lastUsed === null ? "never opened" : `last opened ${share.lastUsed}`;
  const label = share.label === "" ? "" : `  ${share.label}`;
  return `${share.id}  ${describeScope(share)}, until ${share.expires}, ${used}${label}`;
}

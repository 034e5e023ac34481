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
app-password create --key FILE --url URL --app ID [--path P] [--can read|write] [--days N] [--label L]
app-password list   --key FILE --url URL
app-password revoke ID --key FILE --url URL

A password for WebDAV clients that know nothing of tokens. It opens one app, or one path of it, and is shown once.

    --key FILE      the owner's key, or with --proof a device's (see \`key new\`)
    --url URL       the endpoint, such as http://localhost:3021
    --app ID        the app whose files it opens
    --path P        only this folder or file of the app, plain text, / between names
    --can ACTION    read or write (write, which includes read, by default)
    --days N        how long it lasts: 1 to 365 (90)
    --label L       to tell it from others in the list
    --proof FILE    the delegation to this key, where it is not the owner's key itself
    --aud DID       the endpoint's name, where its settings say another than its address
    --json          print JSON
`;

const values = ["key", "url", "app", "path", "can", "days", "label", "proof", "aud"];

const made = z.object({
  id: z.string(),
  username: z.string(),
  password: z.string(),
  app: z.string(),
  path: z.string(),
  action: z.string(),
  expires: z.string(),
});
const listed = z.object({
  appPasswords: z.array(
    made
      .omit({ username: true, password: true })
      .extend({ label: z.string(), lastUsed: z.string().nullable() }),
  ),
});

export const runAppPassword: Command = createAppPasswordCommand(systemClock);

function createAppPasswordCommand(clock: Clock): Command {
  return createCommand(usage, { flags: ["json"], values }, async (args, io) => {
    const [verb, id, ...more] = args.positionals;
    const isCall =
      verb === "create" || verb === "list" ? id === undefined : verb === "revoke" && id !== undefined;
    if (!isCall || more.length > 0) throw new UsageError("Say `app-password create`, `list` or `revoke ID`");
    const say = (value: unknown, lines: readonly string[]) => {
      for (const line of args.flags.has("json") ? [JSON.stringify(value)] : lines) io.out(line);
    };
    const order = verb === "create" ? readStoredOrder(args.values, { days: 90, can: "write" }, clock) : null;
    const remote = await createRemote(
      {
        keyFile: required(args.values, "key"),
        url: required(args.values, "url"),
        proofFile: args.values.proof,
        audience: args.values.aud,
      },
      clock,
    );
    if (order !== null) {
      const password = await create(remote, order, clock);
      return say(password, describeMade(password));
    }
    if (verb === "list") {
      const { appPasswords } = understand(listed, await remote.ask("GET", "/relite/app-passwords"));
      return say(
        appPasswords,
        appPasswords.length === 0 ? ["no app passwords"] : appPasswords.map(describeListed),
      );
    }
    await remote.ask("DELETE", `/relite/app-passwords/${encodeURIComponent(id ?? "")}`);
    say({ revoked: id }, [`revoked ${id}`]);
  });
}

async function create(remote: Remote, order: StoredOrder, clock: Clock) {
  const ucan = await issueStoredOrder(remote, order, clock);
  return understand(made, await remote.ask("POST", "/relite/app-passwords", { ucan, label: order.label }));
}

function describeMade({ username, password, ...facts }: z.output<typeof made>): readonly string[] {
  return [
    `user name  ${username}`,
    `password   ${password}`,
    `opens      ${describeScope(facts)}, until ${facts.expires}`,
    "The password is not shown again.",
  ];
}

function describeListed(facts: z.output<typeof listed>["appPasswords"][number]): string {
  const used = facts.lastUsed === null ? "never used" : `last used ${facts.lastUsed}`;
  const label = facts.label === "" ? "" : `  ${facts.label}`;
  return `${facts.id}  ${describeScope(facts)}, until ${facts.expires}, ${used}${label}`;
}

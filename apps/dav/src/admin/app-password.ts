import { systemClock } from "@relite/core/clock";
import { z } from "zod";
import { createStoredCommand } from "./stored-command.ts";
import { describeScope } from "./stored-order.ts";

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

export const runAppPassword = createStoredCommand(
  {
    name: "app-password",
    usage,
    page: "/relite/app-passwords",
    values: ["can"],
    defaults: { days: 90, can: "write" },
    made,
    listed,
    tellMade: (password) => ({ value: password, lines: describeMade(password) }),
    tellListed: ({ appPasswords: all }) => ({
      value: all,
      lines: all.length === 0 ? ["no app passwords"] : all.map(describeListed),
    }),
  },
  systemClock,
);

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

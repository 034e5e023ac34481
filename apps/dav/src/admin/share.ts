import { systemClock } from "@relite/core/clock";
import { z } from "zod";
import { createStoredCommand } from "./stored-command.ts";
import { describeScope } from "./stored-order.ts";

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

export const runShare = createStoredCommand(
  {
    name: "share",
    usage,
    page: "/relite/shares",
    values: [],
    defaults: { days: 7, can: "read" },
    made,
    listed,
    tellMade: (share, url) => {
      const link = `${new URL(url).origin}${share.link}`;
      return {
        value: { ...share, link },
        lines: [link, `opens ${describeScope(share)}, until ${share.expires}`],
      };
    },
    tellListed: ({ shares }) => ({
      value: shares,
      lines: shares.length === 0 ? ["no shares"] : shares.map(describe),
    }),
  },
  systemClock,
);

function describe(share: z.output<typeof facts>): string {
  const used = share.lastUsed === null ? "never opened" : `last opened ${share.lastUsed}`;
  const label = share.label === "" ? "" : `  ${share.label}`;
  return `${share.id}  ${describeScope(share)}, until ${share.expires}, ${used}${label}`;
}

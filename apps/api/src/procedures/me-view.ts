import { z } from "zod";
import type { AccountStore, User } from "../accounts/index.ts";
import { id, text } from "./text.ts";

export const displayName = text(100, 1).refine(
  (value) => value.trim() !== "" && !/\p{Cc}/u.test(value),
  "must not be blank or contain control characters",
);

export const meView = z.object({
  userId: id,
  dids: z.array(z.string()),
  displayName: z.string(),
  role: z.enum(["owner", "member"]),
});

export async function readMe(accounts: AccountStore, user: User): Promise<z.input<typeof meView>> {
  const dids = await accounts.users.listDids(user.id);
  return { userId: user.id, dids: [...dids], displayName: user.displayName, role: user.role };
}

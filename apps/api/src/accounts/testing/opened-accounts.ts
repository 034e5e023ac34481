import type { FakeClock } from "@relite/core/testing";
import type { AccountStore, User } from "../index.ts";

/** An empty account store and its clock, as the contract's tests get it. */
export type Fresh = AccountStore & { readonly clock: FakeClock } & AsyncDisposable;

/** The same with two users. */
export type WithMember = Fresh & { readonly owner: User; readonly member: User };

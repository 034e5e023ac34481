import type { AccountStore } from "./accounts/index.ts";
import type { Repositories } from "./store/library-repositories.ts";

/** Everything the API keeps; opened once, closed last. */
export interface Storage extends Repositories {
  readonly accounts: AccountStore;
  close(): Promise<void>;
}

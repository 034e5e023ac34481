import { describeAccountStore } from "../accounts/testing/index.ts";
import { createAccountStore } from "./accounts/index.ts";
import { providers, useDatabase } from "./testing/databases.ts";

for (const provider of providers) {
  const empty = useDatabase(provider);
  describeAccountStore(provider, async (parts) => ({
    store: createAccountStore(await empty(), parts),
    close: async () => {},
  }));
}

import { createMemoryAccountStore, describeAccountStore } from "./testing/index.ts";

describeAccountStore("in memory", async (parts) => ({
  store: createMemoryAccountStore(parts),
  close: async () => {},
}));

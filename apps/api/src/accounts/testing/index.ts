export { describeAccountStore } from "./account-store-contract.ts";
export { createMemoryAccountStore } from "./memory-account-store.ts";

export {
  addressBlock,
  type ClientAddresses,
  createClientAddresses,
  isNetwork,
  type ProxyRules,
} from "./client-addresses.ts";
export { type Command, type CommandIo, createCommand, type ParsedArgs, UsageError } from "./command.ts";
export { createKeyFile, readKeyFile } from "./key-file.ts";
export { makeFolder } from "./make-folder.ts";
export { runKey } from "./run-key.ts";
export { runToken } from "./run-token.ts";
export { createNodeTokenCrypto } from "./token-crypto.ts";

export { createNodeTokenCrypto } from "./token-crypto.ts";

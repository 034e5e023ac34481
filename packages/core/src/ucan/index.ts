export { audienceOfUrl, hostOfAudience, sameAudience } from "./audience.ts";
export type { TokenUse } from "./binding.ts";
export { appCapability, type Capability, covers, coversAsWritten, parseAppId } from "./capability.ts";
export type { UcanCode } from "./codes.ts";
export { type DidKey, parseDidKey, type SigningAlg } from "./did.ts";
export { issueDelegation, issueInvocation, issueStored } from "./issue.ts";
export { generateKeyPair, keyPairFromSeed, newSeed, type Signer, signerFromKeyPair } from "./keys.ts";
export { maxStoredLifeSec } from "./limits.ts";
export { isPathSegment, type ParsedPath, parsePathSegments } from "./path.ts";
export { seedToWords, wordsToSeed } from "./recovery-words.ts";
export {
  inspectChain,
  issueRevocation,
  type ProvenRevocation,
  type RevocationRecord,
  verifyRevocation,
} from "./revocation.ts";
export { inspectToken, type TokenFacts } from "./token.ts";
export { type TokenCrypto, verifySignature } from "./token-crypto.ts";
export { createTokenSource, type TokenSource } from "./token-source.ts";
export {
  createVerifier,
  isAllowed,
  type Principal,
  type RevocationQuery,
  type Verified,
  type Verifier,
  type VerifierOptions,
} from "./verifier.ts";

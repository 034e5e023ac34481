/** Bounds of the verification profile; each has a rule in SPEC.md. */
export const maxTokenChars = 8_192;
/** Tokens in one chain, the invocation included. */
export const maxChainLength = 5;
export const maxCapabilities = 32;
export const maxFactsChars = 1_024;
export const maxInvocationLifeSec = 3_600;
/** An invocation that a server keeps for its maker, behind an app password or a share link. */
export const maxStoredLifeSec = 365 * 86_400;
export const maxDelegationLifeSec = 400 * 86_400;
export const notBeforeLeewaySec = 60;

export { base64UrlToBytes, bytesToBase32, bytesToBase64Url, equalSecrets, sha256Hex } from "./bytes.ts";
export { hashInvitationCode, newInvitationCode } from "./invitation-code.ts";
export { parseSealingKey, sealingKeyForm } from "./sealing-key.ts";
export { createSecretBox, type SealedSecret, type SecretBox, type SecretOwner } from "./secret-box.ts";

export { base64UrlToBytes, bytesToBase64Url, equalSecrets, sha256Hex } from "./bytes.ts";

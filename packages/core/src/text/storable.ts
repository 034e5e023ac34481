import { ReliteError } from "../errors/index.ts";

/** Whether every store keeps the text as it is: PostgreSQL refuses NUL, UTF-8 has no lone surrogates. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/** Refuses `bad_request` with reason `bad_text` or `too_long` (UTF-16 units); the text itself is never repeated. */
export function requireStorableText(field: string, text: string, maxLength: number): void {
  if (text.length > maxLength) {
    throw new ReliteError("bad_request", `${field} is longer than ${maxLength} characters.`, {
      reason: "too_long",
      details: { field, maxLength },
    });
  }
  if (!isStorableText(text)) {
    throw new ReliteError("bad_request", `${field} holds a character that cannot be stored.`, {
      reason: "bad_text",
      details: { field },
    });
  }
}

import type { ConnectionRow } from "../api/rows.ts";

export type AuthKind = ConnectionRow["auth"]["kind"];

/** What the form holds; an empty secret keeps the stored one (CN2). */
export interface ConnectionInput {
  readonly name: string;
  readonly url: string;
  readonly kind: AuthKind;
  readonly username: string;
  readonly secret: string;
}

export const emptyInput: ConnectionInput = { name: "", url: "", kind: "basic", username: "", secret: "" };

export function inputOf(connection: ConnectionRow): ConnectionInput {
  const username = connection.auth.kind === "basic" ? connection.auth.username : "";
  return { name: connection.name, url: connection.url, kind: connection.auth.kind, username, secret: "" };
}

export type InputProblem =
  | "name_missing"
  | "bad_address"
  | "address_has_user"
  | "username_missing"
  | "secret_missing";

/** What must be mended before it is sent, by field. */
export function problemsOf(
  input: ConnectionInput,
  before: ConnectionRow | null,
): Partial<Record<keyof ConnectionInput, InputProblem>> {
  const problems: Partial<Record<keyof ConnectionInput, InputProblem>> = {};
  if (input.name.trim() === "") problems.name = "name_missing";
  const address = addressProblem(input.url.trim());
  if (address !== null) problems.url = address;
  if (input.kind === "basic" && input.username.trim() === "") problems.username = "username_missing";
  if (input.kind !== "none" && input.secret === "" && !keepsSecret(input, before))
    problems.secret = "secret_missing";
  return problems;
}

/** A stored secret goes only where it was given for: the same kind at the same server. */
export function keepsSecret(input: ConnectionInput, before: ConnectionRow | null): boolean {
  if (before === null || before.auth.kind !== input.kind || !URL.canParse(input.url.trim())) return false;
  return new URL(input.url.trim()).origin === new URL(before.url).origin;
}

function addressProblem(text: string): InputProblem | null {
  if (!URL.canParse(text)) return "bad_address";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "bad_address";
  return url.username === "" && url.password === "" ? null : "address_has_user";
}

/** As the API takes it for a new connection. */
export function toNewAuth(input: ConnectionInput) {
  if (input.kind === "basic")
    return { kind: "basic" as const, username: input.username.trim(), password: input.secret };
  if (input.kind === "bearer") return { kind: "bearer" as const, token: input.secret.trim() };
  return { kind: "none" as const };
}

/** As the API takes it for a change: an empty secret is left out. */
export function toChangedAuth(input: ConnectionInput) {
  if (input.kind === "none" || input.secret !== "") return toNewAuth(input);
  if (input.kind === "basic") return { kind: "basic" as const, username: input.username.trim() };
  return { kind: "bearer" as const };
}

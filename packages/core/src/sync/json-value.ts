export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

const maxDepth = 16;
const refusedKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** True for plain JSON that survives a round trip unchanged, is at most 16 deep and has no key that could reach a prototype. */
export function isJsonValue(value: unknown, depth = 0): value is JsonValue {
  if (depth > maxDepth) return false;
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (Array.isArray(value)) return value.every((item) => isJsonValue(item, depth + 1));
  if (typeof value !== "object" || !isPlain(value)) return false;
  return Object.entries(value).every(
    ([key, item]) => !refusedKeys.has(key) && key.isWellFormed() && isJsonValue(item, depth + 1),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

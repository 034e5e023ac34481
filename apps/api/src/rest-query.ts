import { z } from "zod";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A query's texts as the types the schema wants: numbers, booleans, and lists (a name given several times, or
 * once with commas). What does not fit stays text and is refused by the schema.
 */
export function fromQuery(query: Fields, types: QueryTypes): Fields {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, convert(value, types.get(name))]),
  );
}

/** JSON Schema's type of each field. */
export type QueryTypes = ReadonlyMap<string, string | undefined>;

export function queryTypesOf(schema: z.ZodType): QueryTypes {
  const { properties } = objectSchema.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  return new Map(Object.entries(properties).map(([name, { type }]) => [name, type]));
}

function convert(value: unknown, type: string | undefined): unknown {
  if (type === "array") return (Array.isArray(value) ? value : [value]).flatMap(splitText);
  if (typeof value !== "string") return value;
  if ((type === "integer" || type === "number") && /^-?\d{1,15}(\.\d{1,15})?$/.test(value))
    return Number(value);
  if (type === "boolean" && (value === "true" || value === "false")) return value === "true";
  return value;
}

function splitText(value: unknown): unknown[] {
  return typeof value === "string" ? value.split(",") : [value];
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.object({ type: z.string().optional() })).default({}),
});

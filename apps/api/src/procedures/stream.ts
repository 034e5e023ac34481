import { isTrackedEnvelope, type TrackedEnvelope, tracked } from "@trpc/server";
import { z } from "zod";

/** Output of a procedure that answers bit by bit: every bit is checked against the schema as it leaves. */
export function streamOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .custom<AsyncIterable<z.input<Schema>>>(isAsyncIterable)
    .transform((source) => checkEach(source, schema));
}

/** A value with the id that a listener resumes from. */
export function trackedOf<Schema extends z.ZodType>(schema: Schema) {
  return z
    .custom<TrackedEnvelope<z.input<Schema>>>((value) => isTrackedEnvelope(value))
    .transform(([eventId, value]) => tracked(eventId, schema.parse(value)));
}

async function* checkEach<Schema extends z.ZodType>(
  source: AsyncIterable<z.input<Schema>>,
  schema: Schema,
): AsyncGenerator<z.output<Schema>, void, undefined> {
  for await (const value of source) yield schema.parse(value);
}

function isAsyncIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

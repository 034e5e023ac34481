import { z } from "zod";
import { appRouter } from "./router.ts";
import type { ProcedureMeta, RestRoute } from "./trpc.ts";

/** A procedure that plain HTTP reaches. */
export interface RestProcedure {
  /** As tRPC names it, `connections.list`. */
  readonly path: string;
  readonly type: "query" | "mutation";
  readonly rest: RestRoute;
  readonly needs: ProcedureMeta["needs"];
  readonly inputSchema: z.ZodType | null;
  readonly outputSchema: z.ZodType | null;
}

/** As the router has them. */
export function listRestProcedures(): readonly RestProcedure[] {
  return Object.entries<unknown>({ ...appRouter._def.procedures }).flatMap(([path, procedure]) => {
    const { meta, inputs, output, type } = definitionOf(procedure);
    if (meta?.rest === undefined || type === "subscription") return [];
    const { rest, needs } = meta;
    return [{ path, type, rest, needs, inputSchema: inputs[0] ?? null, outputSchema: output }];
  });
}

interface Definition {
  readonly type: "query" | "mutation" | "subscription";
  readonly meta: ProcedureMeta | undefined;
  readonly inputs: readonly z.ZodType[];
  readonly output: z.ZodType | null;
}

/** tRPC keeps a procedure's output schema in its definition, though not in its types. */
function definitionOf(procedure: unknown): Definition {
  return definition.parse(hasDefinition.parse(procedure)._def);
}

const hasDefinition = z.custom<{ readonly _def: unknown }>(
  (value) => typeof value === "function" && "_def" in value,
);

const schemaValue = z.custom<z.ZodType>((value) => value instanceof z.ZodType);

const definition = z
  .object({
    type: z.enum(["query", "mutation", "subscription"]),
    meta: z.custom<ProcedureMeta>().optional(),
    inputs: z.array(schemaValue),
    output: schemaValue.optional(),
  })
  .transform(
    ({ type, meta, inputs, output }): Definition => ({ type, meta, inputs, output: output ?? null }),
  );

import { z } from "zod";
import type { RestProcedure } from "./rest-procedures.ts";
import { version } from "./version.ts";

type Json = Readonly<Record<string, unknown>>;

/** The REST face of the procedures as an OpenAPI 3.1 document. */
export function createOpenApi(procedures: readonly RestProcedure[], publicUrl: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const procedure of procedures) {
    const { path, method } = procedure.rest;
    paths[path] = { ...paths[path], [method.toLowerCase()]: toOperation(procedure) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Relite", version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: publicUrl }],
    security: [{ ucan: [] }],
    paths,
    components: {
      securitySchemes: {
        ucan: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "UCAN",
          description: "An invocation whose audience is this API, rooted in a user's key.",
        },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

function toOperation({ path, type, rest, needs, inputSchema, outputSchema }: RestProcedure): Json {
  const input = inputSchema === null ? null : objectSchema.parse(toJsonSchema(inputSchema, "input"));
  const inPath = [...rest.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const others = Object.entries(input?.properties ?? {}).filter(([name]) => !inPath.includes(name));
  const inQuery = rest.method === "GET" || rest.method === "DELETE";
  return {
    operationId: path,
    summary: rest.summary,
    tags: [path.split(".")[0]],
    ...(needs === undefined
      ? { security: [] }
      : {
          description:
            `Needs \`${needs.can}\` on \`${needs.with}\`. ${type === "query" ? "Changes nothing." : ""}`.trim(),
        }),
    parameters: [
      ...inPath.map((name) => ({
        name,
        in: "path",
        required: true,
        schema: input?.properties[name] ?? { type: "string" },
      })),
      ...(inQuery ? others : []).map(([name, schema]) => ({
        name,
        in: "query",
        required: input?.required.includes(name) ?? false,
        schema,
      })),
    ],
    ...(inQuery || others.length === 0 ? {} : { requestBody: toBody(others, input?.required ?? []) }),
    responses: {
      [rest.status ?? 200]: {
        description: "Done",
        ...(outputSchema === null
          ? {}
          : { content: { "application/json": { schema: toJsonSchema(outputSchema, "output") } } }),
      },
      default: {
        description: "Refused or failed",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function toBody(fields: readonly (readonly [string, unknown])[], required: readonly string[]): Json {
  const schema = {
    type: "object",
    properties: Object.fromEntries(fields),
    required: required.filter((name) => fields.some(([field]) => field === name)),
    additionalProperties: false,
  };
  return { required: schema.required.length > 0, content: { "application/json": { schema } } };
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

const problemSchema = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", description: "Stable; what programs look at." },
    reason: { type: "string", description: "Finer than the code; stable too." },
    detail: { type: "string" },
    requestId: { type: "string" },
  },
};

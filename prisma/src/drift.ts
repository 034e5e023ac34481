import type { SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import { everything, readMigrations } from "./migrations.ts";
import { type Provider, readSchema } from "./provider.ts";
import { withSchemaEngine } from "./schema-engine.ts";

/** Applies the committed migrations to an empty database and answers the SQL that would take it to the models; "" when they agree. */
export async function findDrift(
  provider: Provider,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<string> {
  const schema = await readSchema(provider);
  const migrationsList = await readMigrations(provider);
  let script = "";
  await withSchemaEngine(adapter, schema, async (engine) => {
    await engine.applyMigrations({ migrationsList, filters: everything });
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatasource", files: [{ path: "schema.prisma", content: schema }], configDir: "" },
      to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: schema }] },
      script: true,
      exitCode: null,
      filters: everything,
    });
    script = stdout ?? "";
  });
  return script.includes("This is an empty migration") ? "" : script;
}

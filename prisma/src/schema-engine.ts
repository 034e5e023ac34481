import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";

const require = createRequire(import.meta.url);

/** Runs `work` with Prisma's own migration engine, as WebAssembly in this process, on the adapter's database. */
export async function withSchemaEngine<Result>(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  schema: string | null,
  work: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  const { SchemaEngine: Engine } = await loadOnce();
  const datamodels: [string, string][] | undefined =
    schema === null ? undefined : [["schema.prisma", schema]];
  const engine = await Engine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
  try {
    return await work(engine);
  } finally {
    engine.free();
  }
}

type EngineModule = typeof import("@prisma/schema-engine-wasm");

/** Once a process: the glue module keeps a view of the memory of the instance it was first given. */
const loadOnce = (() => {
  let loaded: Promise<EngineModule> | null = null;
  return () => {
    loaded ??= loadEngine();
    return loaded;
  };
})();

/** The package's entry imports its .wasm file as a module, which Node warns about; this instantiates it by hand. */
async function loadEngine(): Promise<EngineModule> {
  const glueName = "@prisma/schema-engine-wasm/schema_engine_bg";
  const glue: EngineModule = await import(glueName);
  const file = path.join(path.dirname(require.resolve(glueName)), "schema_engine_bg.wasm");
  const { instance } = await WebAssembly.instantiate(await readFile(file), {
    "./schema_engine_bg.js": { ...glue },
  });
  callExport(glue, "__wbg_set_wasm", instance.exports);
  callExport(instance.exports, "__wbindgen_start");
  return glue;
}

function callExport(holder: object, name: string, ...args: readonly unknown[]): void {
  const value: unknown = Reflect.get(holder, name);
  if (typeof value !== "function") throw new Error(`The schema engine has no ${name}.`);
  value(...args);
}

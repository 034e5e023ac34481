import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from "@prisma/driver-adapter-utils";
import pg from "pg";

const charId = 18;
const charArrayId = 1002;

/**
 * An adapter through which the migration engine can read PostgreSQL's catalogue. The stock one refuses its "char"
 * columns; here they pass it under the guise of arrays of characters, which the catalogue queries never return.
 */
export function describingPostgres(url: string): SqlMigrationAwareDriverAdapterFactory {
  const pool = new pg.Pool({ connectionString: url, max: 2, allowExitOnIdle: true });
  const ask: (...args: readonly unknown[]) => Promise<pg.QueryResult> = Reflect.get(pool, "query").bind(pool);
  Reflect.set(pool, "query", async (...args: readonly unknown[]) => {
    const result = await ask(...args);
    for (const field of result.fields) if (field.dataTypeID === charId) field.dataTypeID = charArrayId;
    return result;
  });
  const stock = new PrismaPg(pool);
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: async () => withCharacters(await stock.connect()),
    connectToShadowDb: async () => withCharacters(await stock.connectToShadowDb()),
  };
}

function withCharacters(adapter: SqlDriverAdapter): SqlDriverAdapter {
  return Object.assign(Object.create(adapter), {
    queryRaw: async (query: SqlQuery) => unmasked(await adapter.queryRaw(query)),
  });
}

/** "char" holds NUL for "none", which pg gives as an empty string and the engine takes for no character at all. */
function unmasked(result: SqlResultSet): SqlResultSet {
  const isCharacter = result.columnTypes.map((type) => type === ColumnTypeEnum.CharacterArray);
  return {
    ...result,
    columnTypes: result.columnTypes.map((type, index) =>
      isCharacter[index] ? ColumnTypeEnum.Character : type,
    ),
    rows: result.rows.map((row) =>
      row.map((value, index) => (isCharacter[index] && value === "" ? "\u0000" : value)),
    ),
  };
}

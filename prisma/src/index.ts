export { toDatabaseFault } from "./database-fault.ts";
export { type Database, type DatabaseOptions, openDatabase } from "./open-database.ts";
export type { Provider } from "./provider.ts";
export type { Sql, SqlDatabase, SqlValue } from "./sql.ts";

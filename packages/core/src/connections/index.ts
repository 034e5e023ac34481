export type {
  AuthKind,
  Connection,
  ConnectionFailure,
  ConnectionPatch,
  ConnectionStatus,
  SealedSecret,
} from "./connection.ts";
export type { ConnectionRepository } from "./repository.ts";

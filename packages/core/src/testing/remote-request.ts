import type { RemoteNode } from "./remote-tree.ts";

export interface RemoteRequest {
  readonly method: string;
  readonly path: string;
  readonly depth: string | null;
  readonly authorization: string | null;
}

export interface RemoteEntry {
  readonly path: string;
  readonly node: RemoteNode;
}

import { isReliteError, ReliteError } from "../errors/index.ts";
import type { DavClient } from "../webdav/index.ts";
import { readBounded } from "./packing.ts";
import type { LaneFolder, LaneListing, LaneRemote } from "./remote.ts";

export interface DavLaneOptions {
  /** A client whose base holds `apps/`: the endpoint's prefix, or the API's proxy. */
  readonly client: DavClient;
  readonly appId: string;
}

const maxFileBytes: Readonly<Record<LaneFolder, number>> = { l: 4 * 1_048_576, s: 64 * 1_048_576 };

/** Lanes on any WebDAV server, under `apps/<appId>/sync/v1/`. Needs PROPFIND, GET, PUT, DELETE and MKCOL, nothing else. */
export function createDavLaneRemote({ client, appId }: DavLaneOptions): LaneRemote {
  const app = `apps/${appId}`;
  const root = `${app}/sync/v1`;
  const pathOf = (folder: LaneFolder, name: string) => `${root}/${folder}/${name}`;
  const make = async (paths: readonly string[], signal: AbortSignal) => {
    for (const path of paths) await client.makeCollection(path, { signal });
  };
  return {
    list: (folder, signal) => listNames(client, `${root}/${folder}`, folder === "s", signal),
    get: async (folder, name, signal) => {
      const response = await orNull(client.get(pathOf(folder, name), { signal }));
      if (response === null) return null;
      return readBounded(response.body ?? new Blob([]).stream(), maxFileBytes[folder]);
    },
    put: async (folder, name, bytes, signal) => {
      const options = { contentType: "application/octet-stream", signal };
      await client.put(pathOf(folder, name), new Uint8Array(bytes), options);
    },
    remove: async (folder, name, signal) => {
      // What was merged into others or deleted by a person must not stay in a server's trash.
      await client.remove(pathOf(folder, name), { signal, keepsNothing: true });
    },
    prepare: async (signal) => {
      const inside = [`${app}/sync`, root, `${root}/l`, `${root}/s`];
      try {
        await make(inside, signal);
      } catch (error) {
        // A server that is not ours has no folder for the app yet.
        if (!isReliteError(error) || (error.code !== "conflict" && error.code !== "not_found")) throw error;
        await make(["apps", app, ...inside], signal);
      }
    },
  };
}

async function listNames(
  client: DavClient,
  path: string,
  withSizes: boolean,
  signal: AbortSignal,
): Promise<LaneListing> {
  const names: string[] = [];
  const bytesByName = new Map<string, number>();
  const properties = withSizes ? ["resourcetype", "getcontentlength"] : ["resourcetype"];
  let serverDateMs: number | null = null;
  let hasSelf = false;
  const onAnswer = ({ headers }: { readonly headers: Headers }) => {
    const dateMs = Date.parse(headers.get("date") ?? "");
    serverDateMs = Number.isNaN(dateMs) ? null : dateMs + 500;
  };
  try {
    for await (const entry of client.list(path, {
      depth: 1,
      properties,
      signal,
      onAnswer,
    })) {
      if (entry.depth === 0) hasSelf = true;
      if (entry.depth === 0 || entry.isCollection) continue;
      const name = entry.path.slice(entry.path.lastIndexOf("/") + 1);
      names.push(name);
      if (entry.sizeBytes !== null) bytesByName.set(name, entry.sizeBytes);
    }
  } catch (error) {
    if (isReliteError(error) && error.code === "not_found")
      return { found: false, names: [], bytesByName, serverDateMs: null };
    throw error;
  }
  // A listing without the folder itself is no listing of it; nothing may be concluded from what it lacks.
  if (!hasSelf)
    throw new ReliteError("upstream_failed", "The server's listing is not of the folder asked for.", {
      reason: "not_multistatus",
    });
  return { found: true, names, bytesByName, serverDateMs };
}

async function orNull(answer: Promise<Response>): Promise<Response | null> {
  try {
    return await answer;
  } catch (error) {
    if (isReliteError(error) && error.code === "not_found") return null;
    throw error;
  }
}

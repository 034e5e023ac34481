export interface RemoteFile {
  readonly kind: "file";
  readonly content: Uint8Array | null;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly etag: string;
}

export interface RemoteFolder {
  readonly kind: "folder";
  readonly modifiedAtMs: number;
}

export type RemoteNode = RemoteFile | RemoteFolder;

/** A tree of files as a remote server holds it, for test servers; paths are decoded, the root is "". */
export interface RemoteTree {
  /** Adds or replaces a file and the folders above it. */
  putFile(
    path: string,
    file?: { content?: Uint8Array; sizeBytes?: number; modifiedAtMs?: number; etag?: string },
  ): void;
  putFolder(path: string): void;
  /** Removes a file or a whole folder; the root is emptied. */
  remove(path: string): void;
  move(from: string, to: string): void;
  get(path: string): RemoteNode | null;
  /** Direct children, in the order they were put. */
  children(path: string): readonly { readonly path: string; readonly node: RemoteNode }[];
  files(): readonly string[];
  folders(): readonly string[];
}

export function createRemoteTree(): RemoteTree {
  const nodes = new Map<string, RemoteNode>([["", { kind: "folder", modifiedAtMs: baseMs }]]);
  const childrenOf = new Map<string, Set<string>>();
  let version = 0;
  const attach = (path: string) => {
    const parent = parentOf(path);
    const set = childrenOf.get(parent) ?? new Set();
    childrenOf.set(parent, set.add(path));
  };
  const putFolder = (path: string): void => {
    if (nodes.has(path)) return;
    putFolder(parentOf(path));
    nodes.set(path, { kind: "folder", modifiedAtMs: baseMs });
    attach(path);
  };
  const put = (path: string, node: RemoteNode) => {
    putFolder(parentOf(path));
    nodes.set(path, node);
    if (path !== "") attach(path);
  };
  const remove = (path: string): void => {
    for (const child of [...(childrenOf.get(path) ?? [])]) remove(child);
    childrenOf.delete(path);
    if (path === "") return;
    nodes.delete(path);
    childrenOf.get(parentOf(path))?.delete(path);
  };
  const move = (from: string, to: string): void => {
    const node = nodes.get(from);
    if (node === undefined) return;
    const below = [...(childrenOf.get(from) ?? [])];
    put(to, node);
    for (const child of below) move(child, `${to}${child.slice(from.length)}`);
    remove(from);
  };
  const of = (kind: RemoteNode["kind"]) =>
    [...nodes].filter(([, node]) => node.kind === kind).map(([path]) => path);
  return {
    putFile: (path, file = {}) => {
      version += 1;
      put(path, {
        kind: "file",
        content: file.content ?? null,
        sizeBytes: file.content?.byteLength ?? file.sizeBytes ?? 1_000 + version,
        modifiedAtMs: file.modifiedAtMs ?? baseMs + version * 1_000,
        etag: file.etag ?? `"v${version}"`,
      });
    },
    putFolder,
    remove,
    move,
    get: (path) => nodes.get(path) ?? null,
    children: (path) =>
      [...(childrenOf.get(path) ?? [])].flatMap((child) => {
        const node = nodes.get(child);
        return node === undefined ? [] : [{ path: child, node }];
      }),
    files: () => of("file"),
    folders: () => of("folder"),
  };
}

const baseMs = Date.UTC(2020, 0, 1);

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

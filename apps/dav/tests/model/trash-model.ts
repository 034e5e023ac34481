export interface ModelVersion {
  readonly text: string;
  readonly atMs: number;
}

export interface ModelNode {
  /** Null: a collection. */
  text: string | null;
  readonly members: Map<string, ModelNode>;
  versions: ModelVersion[];
}

export interface ModelEntry {
  readonly path: string;
  readonly node: ModelNode;
}

const collection = (): ModelNode => ({ text: null, members: new Map(), versions: [] });

const partsOf = (path: string) => path.split("/");
const nameOf = (path: string) => partsOf(path).at(-1) ?? "";
const overlaps = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
const clone = (node: ModelNode): ModelNode => ({
  text: node.text,
  members: new Map([...node.members].map(([name, member]) => [name, clone(member)])),
  versions: [],
});

/** A tree with trash and versions, as simply as can be. Each method says whether it could be done. */
export function createTrashModel() {
  const root = collection();
  const trash: ModelEntry[] = [];

  const find = (path: string): ModelNode | undefined =>
    partsOf(path).reduce<ModelNode | undefined>((at, name) => at?.members.get(name), root);
  const parentOf = (path: string): ModelNode | undefined => {
    const above = partsOf(path).slice(0, -1);
    const parent = above.length === 0 ? root : find(above.join("/"));
    return parent?.text === null ? parent : undefined;
  };

  function place(node: ModelNode, path: string, atMs: number): boolean {
    const parent = parentOf(path);
    if (parent === undefined) return false;
    const replaced = parent.members.get(nameOf(path));
    if (replaced !== undefined && replaced.text !== null && node.text !== null) {
      const last = replaced.text === "" || replaced.text === node.text ? [] : [{ text: replaced.text, atMs }];
      node.versions = [...node.versions, ...replaced.versions, ...last].sort((a, b) => a.atMs - b.atMs);
    } else if (replaced !== undefined) {
      trash.push({ path, node: replaced });
    }
    parent.members.set(nameOf(path), node);
    return true;
  }

  function put(path: string, text: string, atMs: number): boolean {
    const parent = parentOf(path);
    const known = parent?.members.get(nameOf(path));
    if (parent === undefined || known?.text === null) return false;
    if (known === undefined) parent.members.set(nameOf(path), { text, members: new Map(), versions: [] });
    else {
      if (known.text !== "" && known.text !== text) known.versions.push({ text: known.text ?? "", atMs });
      known.text = text;
    }
    return true;
  }

  return {
    root,
    trash,
    find,
    put,
    makeCollection(path: string): boolean {
      const parent = parentOf(path);
      if (parent === undefined || parent.members.has(nameOf(path))) return false;
      parent.members.set(nameOf(path), collection());
      return true;
    },
    remove(path: string): boolean {
      const node = find(path);
      if (node === undefined) return false;
      parentOf(path)?.members.delete(nameOf(path));
      trash.push({ path, node });
      return true;
    },
    copy(from: string, to: string, atMs: number): boolean {
      const node = find(from);
      return node !== undefined && !overlaps(from, to) && place(clone(node), to, atMs);
    },
    move(from: string, to: string, atMs: number): boolean {
      const node = find(from);
      if (node === undefined || overlaps(from, to) || !place(node, to, atMs)) return false;
      parentOf(from)?.members.delete(nameOf(from));
      return true;
    },
    restore(entry: ModelEntry, to: string, atMs: number): boolean {
      if (!place(entry.node, to, atMs)) return false;
      trash.splice(trash.indexOf(entry), 1);
      return true;
    },
    copyOut: (entry: ModelEntry, to: string, atMs: number) => place(clone(entry.node), to, atMs),
    purge(entry: ModelEntry): boolean {
      return trash.splice(trash.indexOf(entry), 1).length === 1;
    },
  };
}

/** Bytes of all files and versions in a tree. */
export function bytesIn(node: ModelNode): number {
  const own = [node.text ?? "", ...node.versions.map(({ text }) => text)].join("").length;
  return [...node.members.values()].reduce((sum, member) => sum + bytesIn(member), own);
}

/** What a tree holds, as plain data. */
export function shapeOf({ text, members, versions }: ModelNode): unknown {
  if (text !== null) return [text, versions.map((version) => version.text)];
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, member]) => [name, shapeOf(member)]));
}

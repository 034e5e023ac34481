export interface ModelLock {
  readonly token: string;
  readonly who: number;
  readonly path: string;
  readonly deep: boolean;
  readonly shared: boolean;
}

export interface Attempt {
  readonly method: "PUT" | "DELETE" | "MKCOL" | "COPY" | "MOVE" | "LOCK";
  readonly path: string;
  readonly destination: string;
  readonly who: number;
  /** Whether all tokens are submitted. */
  readonly holds: boolean;
  readonly deep: boolean;
  readonly shared: boolean;
}

const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const isBelow = (path: string, top: string) => path === top || top === "" || path.startsWith(`${top}/`);

/** A WebDAV tree with locks, by paths alone: what RFC 4918 says, written as simply as can be. */
export function createLockModel() {
  const kinds = new Map<string, "file" | "collection">([["", "collection"]]);
  let locks: ModelLock[] = [];

  const over = (path: string) =>
    locks.filter((lock) => lock.path === path || (lock.deep && isBelow(path, lock.path)));
  const isOpen = (path: string, { who, holds }: Attempt) => {
    const all = over(path);
    return all.length === 0 || (holds && all.some((lock) => lock.who === who));
  };
  const isTreeOpen = (top: string, attempt: Attempt) =>
    [...kinds.keys()].filter((path) => isBelow(path, top)).every((path) => isOpen(path, attempt));
  const isPlaceOpen = (path: string, attempt: Attempt) =>
    kinds.has(path) ? isTreeOpen(path, attempt) : isOpen(parentOf(path), attempt);

  function isPossible({ method, path, destination }: Attempt): boolean {
    const hasParent = kinds.get(parentOf(path)) === "collection";
    if (method === "PUT") return hasParent && kinds.get(path) !== "collection";
    if (method === "MKCOL") return hasParent && !kinds.has(path);
    if (method === "LOCK") return hasParent || kinds.has(path);
    if (!kinds.has(path)) return false;
    if (method === "DELETE") return true;
    const overlaps = isBelow(destination, path) || isBelow(path, destination);
    return !overlaps && kinds.get(parentOf(destination)) === "collection";
  }

  function isBlocked(attempt: Attempt): boolean {
    const { method, path, destination } = attempt;
    if (method === "PUT" || method === "MKCOL") {
      return !isOpen(kinds.has(path) ? path : parentOf(path), attempt);
    }
    if (method === "LOCK") {
      const reach = locks.filter(
        (lock) => over(path).includes(lock) || (attempt.deep && isBelow(lock.path, path)),
      );
      const isConflict = reach.some((lock) => !lock.shared || !attempt.shared);
      return isConflict || (!kinds.has(path) && !isOpen(parentOf(path), attempt));
    }
    const isSourceOpen = isTreeOpen(path, attempt) && isOpen(parentOf(path), attempt);
    if (method === "DELETE") return !isSourceOpen;
    return !isPlaceOpen(destination, attempt) || (method === "MOVE" && !isSourceOpen);
  }

  function drop(top: string): void {
    for (const path of [...kinds.keys()]) if (isBelow(path, top)) kinds.delete(path);
    locks = locks.filter((lock) => !isBelow(lock.path, top));
  }

  function apply({ method, path, destination, who, deep, shared }: Attempt, token: string): void {
    if (method === "PUT") kinds.set(path, "file");
    if (method === "MKCOL") kinds.set(path, "collection");
    if (method === "DELETE") drop(path);
    if (method === "LOCK") {
      if (!kinds.has(path)) kinds.set(path, "file");
      locks.push({ token, who, path, deep, shared });
    }
    if (method !== "COPY" && method !== "MOVE") return;
    const tree = [...kinds].filter(([one]) => isBelow(one, path));
    const kept = locks.filter((lock) => lock.path === destination);
    if (method === "MOVE") drop(path);
    drop(destination);
    for (const [one, kind] of tree) kinds.set(destination + one.slice(path.length), kind);
    locks.push(...kept);
  }

  return {
    kinds,
    locks: (): readonly ModelLock[] => locks,
    isPossible,
    isBlocked,
    apply,
    unlock(token: string): void {
      locks = locks.filter((lock) => lock.token !== token);
    },
  };
}

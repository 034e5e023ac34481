import type { ActiveLock } from "../tree/locks.ts";
import { escapeXml } from "../xml/write-xml.ts";

/** Segments from the owner's root as an answer names them. */
type HrefOf = (segments: readonly string[]) => string;

/** A lock as `lockdiscovery` shows it (RFC 4918 §14.1). */
export function activeLock(lock: ActiveLock, hrefOf: HrefOf, nowMs: number): string {
  const scope = lock.shared ? "shared" : "exclusive";
  const leftSec = Math.max(0, Math.ceil((lock.expiresMs - nowMs) / 1000));
  return [
    `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${scope}/></D:lockscope>`,
    `<D:depth>${lock.deep ? "infinity" : "0"}</D:depth>${lock.ownerXml ?? ""}<D:timeout>Second-${leftSec}</D:timeout>`,
    `<D:locktoken><D:href>${lock.token}</D:href></D:locktoken>`,
    `<D:lockroot><D:href>${escapeXml(rootHref(lock, hrefOf))}</D:href></D:lockroot></D:activelock>`,
  ].join("");
}

/** For an address, the `activelock` elements of all locks that hold there. */
export function createLockTexts(
  locks: readonly ActiveLock[],
  hrefOf: HrefOf,
  nowMs: number,
): (href: string) => string {
  const known = locks.map((lock) => ({
    href: rootHref(lock, hrefOf),
    deep: lock.deep,
    text: activeLock(lock, hrefOf, nowMs),
  }));
  return (href) => {
    let text = "";
    for (const lock of known) {
      if (lock.href === href || (lock.deep && lock.href.endsWith("/") && href.startsWith(lock.href)))
        text += lock.text;
    }
    return text;
  };
}

function rootHref({ root }: ActiveLock, hrefOf: HrefOf): string {
  const path = hrefOf(root.segments);
  return root.isCollection ? `${path}/` : path;
}

export type CodeKind = "setup" | "invite";

interface Page {
  readonly location: { readonly pathname: string; readonly hash: string };
  readonly history: { replaceState(state: unknown, title: string, url: string): void };
  readonly sessionStorage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
}

const storageKey = (kind: CodeKind) => `relite.${kind}-code`;

/**
 * Moves the one-time code of a link out of the address bar, where it would stay in the history, into this tab's
 * session storage, where it outlives the making of an identity and a reload.
 */
export function takeCodeFromAddress(page: Page): CodeKind | null {
  const kind =
    page.location.pathname === "/setup" ? "setup" : page.location.pathname === "/invite" ? "invite" : null;
  if (kind === null) return null;
  const code = new URLSearchParams(page.location.hash.slice(1)).get("code")?.trim();
  if (code === undefined || code === "") return kind;
  page.history.replaceState(null, "", page.location.pathname);
  page.sessionStorage?.setItem(storageKey(kind), code);
  return kind;
}

export function readCode(storage: Page["sessionStorage"], kind: CodeKind): string {
  return storage?.getItem(storageKey(kind)) ?? "";
}

export function forgetCode(storage: Page["sessionStorage"], kind: CodeKind): void {
  storage?.removeItem(storageKey(kind));
}

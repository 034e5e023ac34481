/** What a token is bound to by its facts: one request, or one use. */
export interface TokenBinding {
  /** The HTTP method (`htm`), in capitals; null: any. */
  readonly method: string | null;
  /** The address without query and fragment (`htu`); null: any. */
  readonly url: string | null;
  /** It may be used once (`once: true`). */
  readonly once: boolean;
}

/** The request a bound token comes with, and where its use is noted. */
export interface TokenUse {
  readonly method: string;
  /** Whether an `htu` names the address of this request. */
  isUrl(url: string): boolean;
  /** Notes that it is used up, on the disk when it resolves; false when it was before. */
  spend(token: {
    readonly tokenId: string;
    readonly rootDid: string;
    readonly expiresAtSec: number;
  }): Promise<boolean>;
}

const keys = ["htm", "htu", "once"];

/** The binding among a token's facts, whatever else they say; null when there is none. */
export function readBinding(facts: readonly unknown[]): TokenBinding | null {
  const said = new Map(facts.flatMap(boundPairs));
  if (said.size === 0) return null;
  const [method, url] = [said.get("htm"), said.get("htu")];
  return {
    method: typeof method === "string" ? method : null,
    url: typeof url === "string" ? url : null,
    once: said.get("once") === true,
  };
}

/** One that cannot be understood, or that is said twice, must not be taken for a wider one. */
export function isBindingOk(facts: readonly unknown[]): boolean {
  const pairs = facts.flatMap(boundPairs);
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) return false;
  return pairs.every(([key, value]) => {
    if (key === "once") return value === true;
    if (key === "htm") return typeof value === "string" && /^[A-Z]{1,20}$/.test(value);
    return typeof value === "string" && /^https?:\/\/[\x21-\x7e]+$/.test(value) && !/[?#]/.test(value);
  });
}

function boundPairs(fact: unknown): readonly (readonly [string, unknown])[] {
  if (typeof fact !== "object" || fact === null) return [];
  return Object.entries(fact).filter(([key]) => keys.includes(key));
}

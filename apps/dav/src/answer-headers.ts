import type { Exchange } from "./exchange.ts";

type Ends = Pick<Exchange, "id" | "res">;

/** What every answer carries, beside CORS: names and values by turns, as `writeHead` takes them. */
export function answerHeaders({ id }: Ends): readonly string[] {
  return ["X-Request-Id", id, "X-Content-Type-Options", "nosniff"];
}

/** Sets them one by one, for answers made of several parts; setting them again changes nothing. */
export function setAnswerHeaders(ends: Ends): void {
  setHeaderPairs(ends, answerHeaders(ends));
}

export function setHeaderPairs({ res }: Pick<Ends, "res">, pairs: readonly string[]): void {
  for (let at = 0; at < pairs.length; at += 2) res.setHeader(pairs[at] ?? "", pairs[at + 1] ?? "");
}

import { Transform } from "node:stream";

/**
 * Replaces the endpoint's addresses by the proxy's in a multistatus as it passes: text that follows `href>`.
 * Works on bytes; a piece that may be cut in the middle of an address waits for the next one.
 */
export function rewriteHrefs(from: readonly string[], to: string): Transform {
  const longest = Math.max(...from.map((prefix) => prefix.length)) + "href>".length;
  const addresses = from.map((prefix) => escapeForRegExp(prefix)).join("|");
  const pattern = new RegExp(`(href>\\s*)(?:${addresses})(?=/)`, "gi");
  let waiting = "";
  const rewrite = (text: string) => text.replaceAll(pattern, (_, lead: string) => lead + to);
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      const text = waiting + piece.toString("latin1");
      const cut = safeCut(text, longest);
      waiting = text.slice(cut);
      done(null, Buffer.from(rewrite(text.slice(0, cut)), "latin1"));
    },
    flush(done) {
      done(null, Buffer.from(rewrite(waiting), "latin1"));
    },
  });
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** Everything up to the last `href>` that may not be whole yet. */
function safeCut(text: string, longest: number): number {
  const tail = text.lastIndexOf("href>");
  if (tail >= 0 && text.length - tail < longest + 64) return tail;
  return Math.max(0, text.length - "href>".length);
}

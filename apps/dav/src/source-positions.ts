import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";

/**
 * A stack trace with the lines of our sources in place of those of the build (`FILE.js.map` beside `FILE.js`), as it was
 * where there is no map. Read when there is something to show: Node itself would keep the maps in every thread.
 */
export function toSourcePositions(stack: string): string {
  const maps = new Map<string, SourceMap | null>();
  return stack.replace(/(file:\/\/)?(\/[^\s()]+\.js):(\d+):(\d+)/g, (place, _scheme, file, line, column) => {
    const map = maps.get(file) ?? readMap(file);
    maps.set(file, map);
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !("originalSource" in entry)) return place;
    const source = join(dirname(file), entry.originalSource);
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function readMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")));
  } catch {
    return null;
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../launcher/root.ts";

const setting = /\b(?:RELITE|DAV|WEBDAV|NEXT_PUBLIC)_[A-Z_]+\b/g;

it("[RUN6] .env.example lists every setting that a server reads, and no other", () => {
  const read = settingsIn("apps/api/src/config.ts", "apps/dav/src/config.ts");
  const listed = settingsIn(".env.example");
  expect(listed).toEqual(read);
});

function settingsIn(...files: readonly string[]): readonly string[] {
  const names = files.flatMap((file) => readFileSync(join(root, file), "utf8").match(setting) ?? []);
  return [...new Set(names)].sort();
}

import { appCapability, isAllowed } from "@relite/core/ucan";
import { isBySession } from "../../access/session-identity.ts";
import type { DavContext } from "../../context.ts";
import type { AllowedExchange } from "../../exchange.ts";
import { createFormat } from "../../html/format.ts";
import { type KeptRow, keptPage } from "../../html/kept-page.ts";
import { sendPageOf } from "../../html/page-shell.ts";
import { addressOf } from "../../html/sign-in-form.ts";
import { type Words, wordsFor } from "../../html/words.ts";
import type { FileVersion } from "../../tree/versions.ts";
import { placeOf } from "../place-of.ts";

/** The versions of a file for a person's browser; false where no file is, for a version is sent as any file. */
export function createBrowseVersions({ storage: { tree, versions }, config }: DavContext) {
  return async (exchange: AllowedExchange): Promise<boolean> => {
    const { req, res, caller, dav } = exchange;
    const node = await tree.find(placeOf(exchange));
    if (node?.kind !== "file") return false;
    const words = wordsFor(req.headers["accept-language"]);
    const [, ...path] = dav.target.segments;
    const found = (await versions.list(placeOf(exchange))) ?? [];
    const needed = appCapability(caller.appId, path.slice(1), "write");
    const toRow = createRow({ words, path, prefix: config.prefix });
    const keepMs = config.retention.versionsMs;
    const folder = { segments: ["apps", ...path.slice(0, -1)], endsWithSlash: true };
    const folderHref = addressOf(folder, config.prefix);
    const content = keptPage({
      words,
      title: words.versionsOf(node.name),
      text: words.versionsText,
      empty: words.noVersions,
      ended: words.modified,
      rows: found.toReversed().map((version) => toRow(version, keepMs, isAllowed(caller.principal, needed))),
      isCut: false,
      back: { name: folder.segments.at(-1) ?? "", href: folderHref },
      signOutHref: isBySession(exchange) ? folderHref : null,
    });
    sendPageOf(req, res, { status: 200, shell: { words, title: words.versionsOf(node.name) }, content });
    return true;
  };
}

interface RowParts {
  readonly words: Words;
  /** Of the file, its app first. */
  readonly path: readonly string[];
  readonly prefix: readonly string[];
}

function createRow({ words, path, prefix }: RowParts) {
  const format = createFormat(words);
  return (
    { id, size, modifiedMs, replacedMs }: FileVersion,
    keepMs: number,
    mayRestore: boolean,
  ): KeptRow => {
    const href = addressOf({ segments: ["versions", ...path, String(id)], endsWithSlash: false }, prefix);
    return {
      name: words.before(format.time(replacedMs)),
      place: null,
      isFolder: false,
      bytes: size,
      endedMs: modifiedMs,
      goneMs: keepMs === 0 ? null : replacedMs + keepMs,
      href,
      restoreHref: mayRestore ? href : null,
    };
  };
}

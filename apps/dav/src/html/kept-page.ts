import { createFormat } from "./format.ts";
import { icons } from "./icons.ts";
import { html, type Markup } from "./markup.ts";
import { signOutForm } from "./sign-out-form.ts";
import type { Words } from "./words.ts";

/** Something that is kept, deleted or written over. */
export interface KeptRow {
  readonly name: string;
  /** The folder it was in; null where that says nothing. */
  readonly place: string | null;
  readonly isFolder: boolean;
  /** null while it is being counted. */
  readonly bytes: number | null;
  readonly endedMs: number;
  /** When it goes for good; null for never. */
  readonly goneMs: number | null;
  /** Where it can be looked at. */
  readonly href: string;
  /** Where the form goes that brings it back; null for who may not. */
  readonly restoreHref: string | null;
}

export interface KeptPage {
  readonly words: Words;
  readonly title: string;
  readonly text: string;
  readonly empty: string;
  /** What the time of a row is that of. */
  readonly ended: string;
  readonly rows: readonly KeptRow[];
  readonly isCut: boolean;
  /** The folder it leads back to. */
  readonly back: { readonly name: string; readonly href: string };
  /** Where a person signs out from; null for who did not sign in. */
  readonly signOutHref: string | null;
}

/** What is kept, the newest first, each with a button that brings it back. */
export function keptPage(page: KeptPage): Markup {
  const { words, rows, back } = page;
  const out = page.signOutHref === null ? null : signOutForm(words, page.signOutHref);
  const table = html`<div class="card"><table class="kept"><thead><tr><th class="n">${words.name}</th><th class="s">${words.size}</th><th class="t">${page.ended}</th><th class="a"><span class="hide">${words.restore}</span></th></tr></thead><tbody>
${rows.map((row) => keptRow(row, page))}</tbody></table></div>`;
  return html`${icons}<div class="bar"><nav aria-label="${words.trail}"><ol class="trail"><li><a href="${back.href}"><bdi>${back.name}</bdi></a></li></ol></nav>${out}</div>
<h1><bdi>${page.title}</bdi></h1>
<p class="dim">${page.text}</p>
${rows.length === 0 ? html`<div class="card"><p class="empty">${page.empty}</p></div>` : table}
${page.isCut ? html`<p class="dim foot">${words.onlyFirst(rows.length)}</p>` : null}`;
}

function keptRow(row: KeptRow, { words, ended }: KeptPage): Markup {
  const format = createFormat(words);
  const until = row.goneMs === null ? null : `${words.keptUntil} ${format.time(row.goneMs)}`;
  const place = [row.place, until].filter((text) => text !== null && text !== "").join(" · ");
  const icon = row.isFolder
    ? html`<svg class="i" role="img" aria-label="${words.folder}"><use href="#d"/></svg>`
    : html`<svg class="i" aria-hidden="true"><use href="#f"/></svg>`;
  const restore =
    row.restoreHref === null
      ? null
      : html`<form class="inline" method="post" action="${row.restoreHref}"><button class="plain" aria-label="${words.restore} ${row.name}">${words.restore}</button></form>`;
  return html`<tr${row.isFolder ? html` class="d"` : null}><td class="n"><a href="${row.href}">${icon}<bdi>${row.name}</bdi></a>${place === "" ? null : html`<span class="dim">${place}</span>`}</td><td class="s">${row.bytes === null ? "" : format.size(row.bytes)}</td><td class="t" data-label="${ended}"><time datetime="${new Date(row.endedMs).toISOString()}">${format.time(row.endedMs)}</time></td><td class="a">${restore}</td></tr>
`;
}

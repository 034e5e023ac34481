import type { Tree, TreeNode } from "../tree/tree.ts";
import { createFormat, type Format } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { closePage, openPage } from "./page-shell.ts";
import { signOutForm } from "./sign-out-form.ts";
import type { Words } from "./words.ts";

export interface Listing {
  readonly words: Words;
  readonly node: TreeNode;
  /** What it is called here. */
  readonly title: string;
  /** The folders above, from the top; a step without an address may not be opened. */
  readonly trail: readonly { readonly name: string; readonly href: string | null }[];
  /** The address of the folder, encoded, with a slash at its end. */
  readonly href: string;
  /** The folder above, when it may be opened. */
  readonly upHref: string | null;
  /** A line below the title. */
  readonly note: string | null;
  /** A script of this server, by path. */
  readonly script?: string;
  /** Whether who looks can sign out: a cookie opened the page. */
  readonly isSignedIn?: boolean;
}

/** What is read at once; a folder that has no more is shown in the order of a dictionary. */
const pageSize = 600;

const icons = html`<svg class="hide" aria-hidden="true"><symbol id="d" viewBox="0 0 20 20"><path d="M2.5 5.5a1 1 0 0 1 1-1h4l1.8 2h7.2a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1z"/></symbol><symbol id="f" viewBox="0 0 20 20"><path d="M5 2.5h6.5L15.5 6.5v10.5a.7.7 0 0 1-.7.7H5a.7.7 0 0 1-.7-.7V3.200a.7.7 0 0 1 .7-.7zM11.500 2.700v3.800h3.800"/></symbol><symbol id="g" viewBox="0 0 20 20"><path d="M10 3v9m-3.500-3.500L10 12l3.500-3.500M4 16h12"/></symbol><symbol id="u" viewBox="0 0 20 20"><path d="M10 16V5M5.500 9.500 10 5l4.500 4.500"/></symbol></svg>
`;

/**
 * A folder as a page, in parts: each is sent before the next is read. Every member is there once: folders first and
 * names as its language sorts them, but in a large folder in the order of their bytes, for nothing is held back.
 */
export async function* renderListing(tree: Pick<Tree, "members">, listing: Listing): AsyncGenerator<string> {
  const { words, node, href, title, script } = listing;
  const format = createFormat(words);
  yield openPage({ words, title, ...(script === undefined ? {} : { script }) }).markup + head(listing).markup;
  const sum = { folders: 0, files: 0, bytes: 0 };
  let isFirst = true;
  let afterName: string | null = null;
  do {
    const page: readonly TreeNode[] = await tree.members(node.id, afterName, pageSize);
    const isWhole: boolean = isFirst && page.length < pageSize;
    let text = isFirst && page.length > 0 ? openTable(words).markup : "";
    for (const member of isWhole ? inReadingOrder(page, words) : page) {
      text += row(member, href, words, format).markup;
      sum.bytes += member.size;
      sum[member.kind === "file" ? "files" : "folders"] += 1;
    }
    isFirst = false;
    afterName = page.length === pageSize ? (page.at(-1)?.name ?? null) : null;
    if (text !== "") yield text;
  } while (afterName !== null);
  yield (sum.folders + sum.files === 0
    ? html`<p class="empty">${words.emptyFolder}</p></div>`
    : html`</tbody></table></div>
<p class="dim foot">${summary(sum, words, format)}</p>`
  ).markup + closePage.markup;
}

function inReadingOrder(page: readonly TreeNode[], { lang }: Words): readonly TreeNode[] {
  const { compare } = new Intl.Collator(lang, { numeric: true });
  const rank = ({ kind }: TreeNode) => (kind === "file" ? 1 : 0);
  return page.toSorted((a, b) => rank(a) - rank(b) || compare(a.name, b.name));
}

/** The size of what lies in the folders below is not known here: it is that of the files. */
function summary(
  { folders, files, bytes }: { readonly folders: number; readonly files: number; readonly bytes: number },
  words: Words,
  format: Format,
): string {
  const parts = [folders > 0 ? words.folders(folders) : "", files > 0 ? words.files(files) : ""];
  if (files > 0) parts.push(format.size(bytes));
  return parts.filter((part) => part !== "").join(" · ");
}

function head(listing: Listing): Markup {
  const { words, title, trail, upHref, note } = listing;
  const steps = trail.map(({ name, href }) =>
    href === null
      ? html`<li><bdi>${name}</bdi></li>`
      : html`<li><a href="${href}"><bdi>${name}</bdi></a></li>`,
  );
  const way =
    steps.length === 0 ? null : html`<nav aria-label="${words.trail}"><ol class="trail">${steps}</ol></nav>`;
  const out = listing.isSignedIn === true ? signOutForm(words, listing.href) : null;
  const up =
    upHref === null
      ? null
      : html`<p class="up"><a href="${upHref}"><svg class="i" aria-hidden="true"><use href="#u"/></svg>${words.up}</a></p>`;
  return html`${icons}${way === null && out === null ? null : html`<div class="bar">${way}${out}</div>`}
<h1><bdi>${title}</bdi></h1>
${note === null ? null : html`<p class="dim">${note}</p>`}
<div class="card">${up}
`;
}

function openTable({ name, size, modified, download }: Words): Markup {
  return html`<table><thead><tr><th class="n">${name}</th><th class="s">${size}</th><th class="t">${modified}</th><th class="g"><span class="hide">${download}</span></th></tr></thead><tbody>
`;
}

function row({ name, kind, size, modifiedMs }: TreeNode, base: string, words: Words, format: Format): Markup {
  const isFolder = kind === "collection";
  const href = `${base}${encodeURIComponent(name)}${isFolder ? "/" : ""}`;
  const when = html`<td class="t"><time datetime="${new Date(modifiedMs).toISOString()}">${format.time(modifiedMs)}</time></td>`;
  if (isFolder) {
    return html`<tr class="d"><td class="n"><a href="${href}"><svg class="i" role="img" aria-label="${words.folder}"><use href="#d"/></svg><bdi>${name}</bdi></a></td><td class="s"></td>${when}<td class="g"></td></tr>
`;
  }
  return html`<tr><td class="n"><a href="${href}"><svg class="i" aria-hidden="true"><use href="#f"/></svg><bdi>${name}</bdi></a></td><td class="s">${format.size(size)}</td>${when}<td class="g"><a href="${href}" download aria-label="${words.download} ${name}"><svg class="i" aria-hidden="true"><use href="#g"/></svg></a></td></tr>
`;
}

import type { Tree, TreeNode } from "../tree/tree.ts";
import { createFormat, type Format } from "./format.ts";
import { icons } from "./icons.ts";
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
  /** A line below the title. */
  readonly note: string | null;
  /** A script of this server, by path. */
  readonly script?: string;
  /** For who looks by a cookie, and can sign out. */
  readonly signedIn?: SignedIn;
}

/** What somebody who signed in finds besides the files. */
export interface SignedIn {
  /** null where nothing is kept. */
  readonly trashHref: string | null;
  /** The address of the folder's versions, with a slash at its end; null where none are kept. */
  readonly versionsHref: string | null;
}

/** A folder and those above it, by their names from the top; `hrefOf` has the address of each by its place among them. */
export function wayDown(
  names: readonly string[],
  hrefOf: (at: number) => string | null,
): Pick<Listing, "title" | "trail"> {
  return {
    title: names.at(-1) ?? "",
    trail: names.slice(0, -1).map((name, at) => ({ name, href: hrefOf(at) })),
  };
}

/** What is read at once; a folder that has no more is shown in the order of a dictionary. */
const pageSize = 600;

/**
 * A folder as a page, in parts: each is sent before the next is read. Every member is there once: folders first and
 * names as its language sorts them, but in a large folder in the order of their bytes, for nothing is held back.
 */
export async function* renderListing(tree: Pick<Tree, "members">, listing: Listing): AsyncGenerator<string> {
  const { words, node, title, script } = listing;
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
      text += row(member, listing, format).markup;
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
  const { words, title, trail, note } = listing;
  const upHref = trail.at(-1)?.href ?? null;
  const steps = trail.map(({ name, href }) =>
    href === null
      ? html`<li><bdi>${name}</bdi></li>`
      : html`<li><a href="${href}"><bdi>${name}</bdi></a></li>`,
  );
  const way =
    steps.length === 0 ? null : html`<nav aria-label="${words.trail}"><ol class="trail">${steps}</ol></nav>`;
  const { signedIn } = listing;
  const out =
    signedIn === undefined ? null : html`${trashLink(signedIn, words)}${signOutForm(words, listing.href)}`;
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

function trashLink({ trashHref }: SignedIn, words: Words): Markup | null {
  if (trashHref === null) return null;
  return html`<a class="button plain" href="${trashHref}"><svg class="i" aria-hidden="true"><use href="#b"/></svg>${words.trash}</a>`;
}

function row({ name, kind, size, modifiedMs }: TreeNode, listing: Listing, format: Format): Markup {
  const { words, signedIn } = listing;
  const isFolder = kind === "collection";
  const segment = encodeURIComponent(name);
  const href = `${listing.href}${segment}${isFolder ? "/" : ""}`;
  const when = html`<td class="t"><time datetime="${new Date(modifiedMs).toISOString()}">${format.time(modifiedMs)}</time></td>`;
  if (isFolder) {
    return html`<tr class="d"><td class="n"><a href="${href}"><svg class="i" role="img" aria-label="${words.folder}"><use href="#d"/></svg><bdi>${name}</bdi></a></td><td class="s"></td>${when}<td class="g"></td></tr>
`;
  }
  const versionsHref = signedIn?.versionsHref ?? null;
  const versions =
    versionsHref === null
      ? null
      : html`<a href="${versionsHref}${segment}" aria-label="${words.versionsOf(name)}"><svg class="i" aria-hidden="true"><use href="#c"/></svg></a>`;
  return html`<tr><td class="n"><a href="${href}"><svg class="i" aria-hidden="true"><use href="#f"/></svg><bdi>${name}</bdi></a></td><td class="s">${format.size(size)}</td>${when}<td class="g">${versions}<a href="${href}" download aria-label="${words.download} ${name}"><svg class="i" aria-hidden="true"><use href="#g"/></svg></a></td></tr>
`;
}

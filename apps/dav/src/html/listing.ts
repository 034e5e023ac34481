import type { Tree, TreeNode } from "../tree/tree.ts";
import { createFormat, type Format } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { closePage, openPage } from "./page-shell.ts";
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
}

const pageSize = 400;

const icons = html`<svg class="hide" aria-hidden="true"><symbol id="d" viewBox="0 0 20 20"><path d="M2.5 5.5a1 1 0 0 1 1-1h4l1.8 2h7.2a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1z"/></symbol><symbol id="f" viewBox="0 0 20 20"><path d="M5 2.5h6.5L15.5 6.5v10.5a.7.7 0 0 1-.7.7H5a.7.7 0 0 1-.7-.7V3.200a.7.7 0 0 1 .7-.7zM11.500 2.700v3.800h3.800"/></symbol><symbol id="g" viewBox="0 0 20 20"><path d="M10 3v9m-3.500-3.500L10 12l3.500-3.500M4 16h12"/></symbol><symbol id="u" viewBox="0 0 20 20"><path d="M10 16V5M5.500 9.500 10 5l4.500 4.500"/></symbol></svg>
`;

/** A folder as a page, in parts: each is sent before the next is read. Members come in name order, each once. */
export async function* renderListing(tree: Pick<Tree, "members">, listing: Listing): AsyncGenerator<string> {
  const { words, node, href, title, script } = listing;
  const format = createFormat(words);
  yield openPage({ words, title, ...(script === undefined ? {} : { script }) }).markup + head(listing).markup;
  let [count, bytes] = [0, 0];
  let afterName: string | null = null;
  do {
    const members: readonly TreeNode[] = await tree.members(node.id, afterName, pageSize);
    let text = count === 0 && members.length > 0 ? openTable(words).markup : "";
    for (const member of members) {
      text += row(member, href, words, format).markup;
      bytes += member.size;
    }
    count += members.length;
    afterName = members.length === pageSize ? (members.at(-1)?.name ?? null) : null;
    if (text !== "") yield text;
  } while (afterName !== null);
  yield (count === 0
    ? html`<p class="empty">${words.emptyFolder}</p></div>`
    : html`</tbody></table></div>
<p class="dim foot">${words.entries(count, format.size(bytes))}</p>`
  ).markup + closePage.markup;
}

function head({ words, title, trail, upHref, note }: Listing): Markup {
  const steps = trail.map(({ name, href }) =>
    href === null ? html`<bdi>${name}</bdi> / ` : html`<a href="${href}"><bdi>${name}</bdi></a> / `,
  );
  const up =
    upHref === null
      ? null
      : html`<a href="${upHref}"><svg class="i" aria-hidden="true"><use href="#u"/></svg>${words.up}</a>`;
  return html`${icons}${steps.length === 0 ? null : html`<p class="trail">${steps}</p>`}
<h1><bdi>${title}</bdi></h1>
${note === null ? null : html`<p class="dim">${note}</p>`}
<p>${up}</p>
<div class="card">
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

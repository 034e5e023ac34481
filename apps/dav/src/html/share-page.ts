import type { TreeNode } from "../tree/tree.ts";
import { createFormat } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import type { Words } from "./words.ts";

/** Takes the secret out of the fragment, where no server and no log sees it, and trades it for a cookie. */
export const shareScript = `"use strict";
(() => {
  const secret = location.hash.slice(1);
  const clean = () => history.replaceState(null, "", location.pathname);
  if (document.getElementById("opening") === null) return secret === "" ? undefined : clean();
  const show = (id) => {
    for (const section of document.querySelectorAll("section")) section.hidden = section.id !== id;
  };
  document.getElementById("again").addEventListener("click", () => location.reload());
  show("opening");
  if (!/^[a-z2-7]{1,200}$/i.test(secret)) return show("incomplete");
  const body = JSON.stringify({ secret });
  const order = { method: "POST", headers: { "Content-Type": "application/json" }, body, redirect: "error" };
  // While the link may still open it stays in the address, so that reloading tries it again.
  fetch(location.pathname, order).then(
    ({ ok, status }) => {
      if (!ok) return show(status === 429 || status >= 500 ? "busy" : "gone");
      clean();
      location.replace(location.pathname);
    },
    () => show("busy"),
  );
})();
`;

/** What a share link opens first. It is the same for every link, there or not. */
export function openingPage(words: Words): Markup {
  return html`<div class="card pad" aria-live="polite">
<noscript><h1>${words.needsScript}</h1><p>${words.needsScriptText}</p></noscript>
<section id="opening" hidden><h1>${words.opening}</h1></section>
<section id="gone" hidden><h1>${words.shareGone}</h1><p>${words.shareGoneText}</p></section>
<section id="incomplete" hidden><h1>${words.shareIncomplete}</h1><p>${words.shareIncompleteText}</p></section>
<section id="busy" hidden><h1>${words.busy}</h1><p>${words.busyText}</p><p><button type="button" id="again">${words.tryAgain}</button></p></section>
</div>`;
}

/** For who has an open page of a share that does not hold any more. */
export function gonePage(words: Words): Markup {
  return html`<div class="card pad"><h1>${words.shareGone}</h1><p>${words.shareGoneText}</p></div>`;
}

export interface SharedFile {
  readonly node: TreeNode;
  readonly name: string;
  readonly type: string;
  /** Where its bytes are. */
  readonly href: string;
  readonly expiresMs: number;
  /** Its bytes, where they are few; null: not at hand. */
  readonly bytes: Uint8Array | null;
}

/** One shared file: what it is, the download, and a look at it where a browser can show it safely. */
export function sharedFilePage(
  words: Words,
  { node, name, type, href, expiresMs, bytes }: SharedFile,
): Markup {
  const format = createFormat(words);
  const open = opensInBrowser(type) ? html` <a class="button plain" href="${href}">${words.open}</a>` : null;
  return html`<h1><bdi>${name}</bdi></h1>
<p class="dim">${format.size(node.size)} · <time datetime="${new Date(node.modifiedMs).toISOString()}">${format.time(node.modifiedMs)} UTC</time></p>
<p class="dim">${words.sharedUntil(format.time(expiresMs))}</p>
<p class="row"><a class="button" href="${href}" download>${words.download}</a>${open}</p>
${preview(type, href, name) ?? textPreview(type, bytes, name)}`;
}

/** What else there is, a browser would only download. */
function opensInBrowser(type: string): boolean {
  return /^(text|image|audio|video)\/|^application\/(pdf|json|xml)\b/i.test(type);
}

function preview(type: string, href: string, name: string): Markup | null {
  const [kind = ""] = type.toLowerCase().split("/");
  if (kind === "image") return html`<div class="view"><img src="${href}" alt="${name}"></div>\n`;
  if (kind === "audio")
    return html`<div class="view"><audio controls preload="metadata" src="${href}"></audio></div>\n`;
  if (kind === "video")
    return html`<div class="view"><video controls preload="metadata" src="${href}"></video></div>\n`;
  return null;
}

/** A short text as it is, Markdown and web pages too: what somebody stored is never read as markup. */
function textPreview(type: string, bytes: Uint8Array | null, name: string): Markup | null {
  if (bytes === null || bytes.length === 0 || !/^text\/|^application\/(json|xml)\b/i.test(type)) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (text.includes("\0")) return null;
    return html`<section aria-label="${name}"><pre class="card text" tabindex="0">
${text}</pre></section>
`;
  } catch {
    return null;
  }
}

import { html } from "./markup.ts";

/** The drawings of the pages, told once a page and used by name: folder, file, get, up, clock, bin. */
export const icons = html`<svg class="hide" aria-hidden="true"><symbol id="d" viewBox="0 0 20 20"><path d="M2.5 5.5a1 1 0 0 1 1-1h4l1.8 2h7.2a1 1 0 0 1 1 1v7.5a1 1 0 0 1-1 1h-13a1 1 0 0 1-1-1z"/></symbol><symbol id="f" viewBox="0 0 20 20"><path d="M5 2.5h6.5L15.5 6.5v10.5a.7.7 0 0 1-.7.7H5a.7.7 0 0 1-.7-.7V3.200a.7.7 0 0 1 .7-.7zM11.500 2.700v3.800h3.800"/></symbol><symbol id="g" viewBox="0 0 20 20"><path d="M10 3v9m-3.500-3.500L10 12l3.500-3.500M4 16h12"/></symbol><symbol id="u" viewBox="0 0 20 20"><path d="M10 16V5M5.500 9.500 10 5l4.500 4.500"/></symbol><symbol id="c" viewBox="0 0 20 20"><path d="M10 5.500V10l3 2M4.200 6.200A7 7 0 1 1 3 10M4 3v3.500h3.500"/></symbol><symbol id="b" viewBox="0 0 20 20"><path d="M3.500 5.500h13M8 5.500V3.500h4v2M5 5.500l.8 11h8.400l.8-11"/></symbol></svg>
`;

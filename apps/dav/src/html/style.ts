/** The look of every page; the colours are the web app's. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #fff; --ink: #1b2127; --dim: #5b646c; --line: #e2e5e3; --pine: #0f5545; --tint: #eef7f4; --red: #b3261e; --edge: #858e96;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #161a1e; --card: #1b2025; --ink: #d6dbdf; --dim: #9aa3ab; --line: #333a41; --pine: #90c6b5; --tint: #222b2b; --red: #ff8a80; --edge: #707b85; }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 56rem; margin: 0 auto; }
main.narrow { max-width: 30rem; margin-top: 8vh; }
h1 { font: 600 1.5rem/1.3 Georgia, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", serif; margin: 0 0 .5rem; overflow-wrap: anywhere; }
a { color: var(--pine); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--pine); outline-offset: 2px; border-radius: 4px; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.bar { display: flex; gap: 1rem; align-items: start; margin: 0 0 .75rem; font-size: .875rem; }
.bar nav { flex: 1; min-width: 0; padding: .4rem 0; } .bar > :not(nav) { flex: none; } .bar { justify-content: end; gap: .5rem; }
.trail { list-style: none; margin: 0; padding: 0; color: var(--dim); }
.trail li { display: inline; overflow-wrap: anywhere; } .trail li + li::before { content: "/"; margin: 0 .5rem; color: var(--dim); }
.dim { color: var(--dim); font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.card { margin-top: 1rem; }
.pad { padding: 1.5rem; margin: 0; } .pad > :last-child, section > :last-child { margin-bottom: 0; }
.up { margin: 0; padding: .55rem .75rem; border-bottom: 1px solid var(--line); } .up a { display: flex; } .up .i { margin-top: .2rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { font-weight: 500; font-size: .8125rem; color: var(--dim); text-align: start; }
th, td { padding: .55rem .75rem; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:hover { background: var(--tint); }
td { overflow-wrap: anywhere; vertical-align: baseline; }
.n { width: auto; } .s { width: 7rem; text-align: end; white-space: nowrap; } .t { width: 13rem; white-space: nowrap; } .g { width: 5.25rem; text-align: end; white-space: nowrap; }
td.s, td.t { color: var(--dim); font-size: .875rem; font-variant-numeric: tabular-nums; }
.i { width: 1.125rem; height: 1.125rem; vertical-align: -.2em; margin-inline-end: .5rem; fill: none; stroke: var(--dim); stroke-width: 1.5; flex: none; }
.n a { display: block; position: relative; padding-inline-start: 1.625rem; } .n .i { position: absolute; inset-inline-start: 0; top: .2rem; margin: 0; }
.d .i { stroke: var(--pine); fill: var(--tint); }
.g a { display: inline-block; padding: .3rem .4rem; margin: -.3rem 0; }
.g .i { margin: 0; stroke: var(--pine); }
.kept .n .dim { display: block; padding-inline-start: 1.625rem; } .kept .n a { display: block; }
.a { width: 8rem; text-align: end; } .a form { justify-content: end; } .a button { min-height: 2.25rem; padding: 0 .9rem; font-size: .875rem; } td.a { padding-block: .35rem; }
.foot { margin: .75rem 0 0; }
.empty { padding: 2.5rem 1rem; text-align: center; color: var(--dim); margin: 0; }
form { margin: 1.25rem 0 1rem; display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
form.inline { margin: 0; flex: none; }
label { flex: 1 1 14rem; font-size: .875rem; font-weight: 500; }
input { display: block; width: 100%; margin-top: .25rem; height: 2.75rem; padding: 0 .7rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--edge); border-radius: 8px; }
ul { margin: .75rem 0; padding-inline-start: 1.25rem; } li { overflow-wrap: anywhere; } ul li + li { margin-top: .35rem; }
.check { flex: 1 1 100%; display: flex; gap: .6rem; align-items: center; min-height: 2.75rem; font-size: 1rem; font-weight: 400; } .check input { width: 1.25rem; height: 1.25rem; margin: 0; flex: none; accent-color: var(--pine); }
button, .button { display: inline-flex; align-items: center; justify-content: center; min-height: 2.75rem; padding: 0 1.1rem; font: inherit; font-weight: 500; color: #fff; background: #1d6f5a; border: 1px solid #1d6f5a; border-radius: 8px; cursor: pointer; }
.plain { color: var(--pine); background: none; border-color: var(--line); }
.bar .button, .bar button { min-height: 2.25rem; padding: 0 .8rem; font-size: .875rem; }
button:hover, .button:hover { filter: brightness(1.08); text-decoration: none; } .plain:hover { background: var(--tint); filter: none; }
.bad { color: var(--red); font-weight: 500; margin: 1rem 0 0; }
.view { margin: 1.25rem 0; } .view img, .view video { display: block; max-width: 100%; max-height: 70vh; margin: 0 auto; border-radius: 8px; } .view audio { width: 100%; }
.text { margin: 1.25rem 0 0; padding: 1rem; max-height: 60vh; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1.25rem 0 0; }
code { font-size: .8125rem; color: var(--dim); }
.hide { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 2rem; }
  thead { display: none; }
  table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: auto 1fr auto; padding: .5rem 0 .5rem .75rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td, td.s, td.t { border: 0; padding: 0; width: auto; text-align: start; font-size: .8125rem; }
  td.n { grid-area: 1 / 1 / 2 / 3; font-size: 1rem; }
  td.s { padding-inline-start: 1.625rem; } td.s:not(:empty) { margin-inline-end: .75rem; }
  .bar { flex-wrap: wrap; } .bar nav { flex: 1 1 100%; order: 1; }
  .kept td.n { grid-area: 1 / 1 / 2 / 4; padding-inline-end: .75rem; } .kept td.s { grid-area: 2 / 1; } .kept td.t { grid-area: 2 / 2 / 3 / 4; }
  .kept td.s:empty { padding-inline-start: 1.625rem; } .kept td.t::before { content: attr(data-label) " "; }
  td.a { grid-area: 3 / 1 / 4 / 4; padding: .4rem .75rem .25rem 1.625rem; width: auto; text-align: start; } td.a form { justify-content: start; }
  td.g { width: auto; grid-area: 1 / 3 / 3 / 4; display: flex; align-items: center; } .g a { display: grid; place-items: center; min-height: 2.75rem; min-width: 2.5rem; margin: -.25rem 0; }
}
`.trim();

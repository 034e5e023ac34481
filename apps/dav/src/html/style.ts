/** The look of every page; the colours are the web app's. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #fff; --ink: #1b2127; --dim: #5b646c; --line: #e2e5e3; --pine: #0f5545; --tint: #eef7f4; --red: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #161a1e; --card: #1b2025; --ink: #d6dbdf; --dim: #9aa3ab; --line: #333a41; --pine: #90c6b5; --tint: #222b2b; --red: #ff8a80; }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
main { max-width: 56rem; margin: 0 auto; }
main.narrow { max-width: 30rem; margin-top: 8vh; }
h1 { font: 600 1.5rem/1.3 Georgia, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", serif; margin: 0 0 .25rem; overflow-wrap: anywhere; }
a { color: var(--pine); text-decoration: none; }
a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--pine); outline-offset: 2px; border-radius: 4px; }
.trail { color: var(--dim); font-size: .875rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
.dim { color: var(--dim); font-size: .875rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.pad { padding: 1.5rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { font-weight: 500; font-size: .8125rem; color: var(--dim); text-align: start; }
th, td { padding: .55rem .75rem; border-bottom: 1px solid var(--line); }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:hover { background: var(--tint); }
td { overflow-wrap: anywhere; vertical-align: top; }
.n { width: auto; } .s { width: 7rem; text-align: end; white-space: nowrap; } .t { width: 13rem; white-space: nowrap; } .g { width: 3.25rem; text-align: end; }
td.s, td.t { color: var(--dim); font-size: .875rem; font-variant-numeric: tabular-nums; }
.i { width: 1.125rem; height: 1.125rem; vertical-align: -.2em; margin-inline-end: .5rem; fill: none; stroke: var(--dim); stroke-width: 1.5; flex: none; }
.n a { display: flex; } .n .i { margin-top: .2rem; }
.d .i { stroke: var(--pine); fill: var(--tint); }
.g a { display: inline-block; padding: 0 .4rem; }
.g .i { margin: 0; stroke: var(--pine); }
.foot { margin: .75rem 0 0; }
.empty { padding: 2.5rem 1rem; text-align: center; color: var(--dim); margin: 0; }
form { margin: 1.25rem 0; display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
label { flex: 1 1 14rem; font-size: .875rem; font-weight: 500; }
input { display: block; width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
button, .button { display: inline-block; padding: .58rem 1.1rem; font: inherit; font-weight: 500; color: #fff; background: #1d6f5a; border: 1px solid #1d6f5a; border-radius: 8px; cursor: pointer; }
.button.plain { color: var(--pine); background: none; border-color: var(--line); }
button:hover, .button:hover { filter: brightness(1.08); text-decoration: none; }
.bad { color: var(--red); font-weight: 500; margin: 1rem 0 0; }
.view { margin: 1.25rem 0; } .view img, .view video { display: block; max-width: 100%; max-height: 70vh; margin: 0 auto; border-radius: 8px; } .view audio { width: 100%; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1.25rem 0 0; }
code { font-size: .8125rem; color: var(--dim); }
.hide { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 2rem; }
  thead { display: none; }
  tbody tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--line); padding: .5rem .25rem; }
  tbody tr:last-child { border-bottom: 0; }
  td { border: 0; padding: .1rem .5rem; }
  td.n { grid-column: 1; padding-block: .25rem; } td.g { grid-column: 2; grid-row: 1 / span 2; width: auto; align-self: center; }
  td.s { display: inline; width: auto; text-align: start; grid-column: 1; grid-row: 2; }
  td.t { width: auto; grid-column: 1; grid-row: 2; justify-self: end; }
  .d td.t { justify-self: start; }
  .d td.s { display: none; }
}
`.trim();

/** Looks of the page; light and dark follow the reader's system. Colours hold 4.5:1 against their ground (WCAG 2.2, 1.4.3). */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --card: #fff; --line: #dcdfe5; --text: #171a21; --soft: #565d6b;
  --good: #116b3a; --good-ground: #dff5e8; --warn: #7a4b00; --warn-ground: #fdf0d5;
  --bad: #a3131f; --bad-ground: #fde4e6; --quiet-ground: #e9ebef; --accent: #1f5fbf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1217; --card: #181c24; --line: #2b313d; --text: #e8eaf0; --soft: #a1a9b8;
    --good: #6fdc9b; --good-ground: #12301f; --warn: #f5c469; --warn-ground: #362a10;
    --bad: #ff9a9f; --bad-ground: #451a1e; --quiet-ground: #252b36; --accent: #7fb2ff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem) 3rem; max-width: 84rem;
  background: var(--ground); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1, h2, h3 { margin: 0; line-height: 1.2; }
h1 { font-size: 1.4rem; }
h2 { font-size: 1rem; margin: 2rem 0 .75rem; color: var(--soft); font-weight: 600; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1rem; }
header svg { width: 2.25rem; height: 2.25rem; flex: none; color: var(--accent); }
header p { margin: .1rem 0 0; color: var(--soft); font-size: .875rem; }
header .pills { margin-left: auto; display: flex; flex-wrap: wrap; gap: .5rem; }
.pill {
  display: inline-flex; align-items: center; gap: .4em; padding: .2em .7em; border-radius: 99px; white-space: nowrap;
  font-size: .8125rem; font-weight: 600; background: var(--quiet-ground); color: var(--soft);
}
.pill::before { content: ""; width: .55em; height: .55em; border-radius: 50%; background: currentColor; flex: none; }
.pill.warn::before { border-radius: 0; clip-path: polygon(50% 0, 100% 100%, 0 100%); width: .7em; height: .65em; }
.pill.bad::before { border-radius: 0; transform: rotate(45deg); width: .5em; height: .5em; }
.pill.quiet::before { background: none; border: 2px solid currentColor; }
.good { background: var(--good-ground); color: var(--good); }
.warn { background: var(--warn-ground); color: var(--warn); }
.bad { background: var(--bad-ground); color: var(--bad); }
#summary {
  margin: 1.25rem 0 0; padding: .8rem 1rem; border-radius: 10px; font-weight: 600; overflow-wrap: anywhere;
}
#summary a { color: inherit; }
#lost { margin: .75rem 0 0; padding: .6rem 1rem; border-radius: 10px; }
.stale main { opacity: .55; }
#cameras { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1rem; }
article {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; min-width: 0;
  display: flex; flex-direction: column; gap: .6rem; scroll-margin: 1rem;
}
article.alarm { border-color: var(--bad); box-shadow: 0 0 0 1px var(--bad); }
article .top { display: flex; align-items: center; gap: .5rem; flex-wrap: wrap; }
article h3 { font-size: 1.05rem; overflow-wrap: anywhere; margin-right: auto; }
article .cause { margin: 0; font-size: .8125rem; color: var(--soft); overflow-wrap: anywhere; }
article .cause code { color: var(--text); }
code { font: .85em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.spark { display: grid; grid-template-columns: 1fr auto; gap: .75rem; align-items: center; }
.spark svg { width: 100%; height: 56px; display: block; color: var(--good); }
.alarm .spark svg { color: var(--bad); }
.spark .zero { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 4; opacity: .6; vector-effect: non-scaling-stroke; }
.spark .score { fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.score-now { margin: 0; font-size: 1.5rem; font-weight: 650; min-width: 3.6em; text-align: right; line-height: 1.1; }
.score-now small { display: block; font-size: .6875rem; font-weight: 500; color: var(--soft); }
dl { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem .75rem; margin: auto 0 0; border-top: 1px solid var(--line); padding-top: .7rem; }
dl div { min-width: 0; }
dt { font-size: .75rem; color: var(--soft); white-space: nowrap; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; padding: .55rem 1rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 600; font-size: .75rem; white-space: nowrap; }
td { white-space: nowrap; }
td.text { white-space: normal; overflow-wrap: anywhere; min-width: 14rem; }
.day { width: 100%; height: 64px; display: block; color: var(--accent); background: var(--quiet-ground); border-radius: 6px; }
.day .range { fill: currentColor; }
.day .level, .day .marks { fill: none; stroke: var(--soft); stroke-width: 1; stroke-dasharray: 2 4; vector-effect: non-scaling-stroke; }
.day .marks { stroke: var(--bad); stroke-width: 2; stroke-dasharray: none; }
.day .guarded { fill: var(--good); }
.day .away { fill: var(--bad); }
.day .stopped { fill: var(--soft); }
.day-words, .baseline, .course, .seen, .snapshot-words { margin: 0; font-size: .8125rem; color: var(--soft); overflow-wrap: anywhere; }
.course:empty { display: none; }
.snapshot, .strip { display: block; max-width: 100%; height: auto; border-radius: 6px; background: var(--quiet-ground); }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; }
button {
  font: inherit; font-size: .875rem; font-weight: 600; padding: .35rem .9rem; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line); background: var(--quiet-ground); color: var(--text); min-height: 2.25rem;
}
button:disabled { color: var(--soft); cursor: default; }
#incidents { display: grid; gap: 1rem; }
.case .text { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.case .when { margin-right: auto; overflow-wrap: anywhere; }
.case .seen { margin-right: auto; }
.case.wanted { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
#diagnostics { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem; }
#diagnostics li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem 1rem; font-size: .875rem; overflow-wrap: anywhere; }
#diagnostics p { margin: 0; }
#diagnostics .times, #diagnostics .remedy { color: var(--soft); }
.login { display: grid; gap: .6rem; max-width: 22rem; margin-top: 1.5rem; }
.login input { font: inherit; padding: .5rem .7rem; border-radius: 8px; border: 1px solid var(--line); background: var(--card); color: var(--text); }
.login output { color: var(--bad); min-height: 1.4em; }
footer { margin-top: 2rem; color: var(--soft); font-size: .8125rem; }
.none { color: var(--soft); margin: 0; padding: .75rem 1rem; }
@media (max-width: 34rem) {
  header .pills { margin-left: 0; width: 100%; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: flex; gap: 1rem; justify-content: space-between; border: 0; padding: .2rem 1rem; white-space: normal; overflow-wrap: anywhere; }
  td.text { min-width: 0; }
  td::before { content: attr(data-label); color: var(--soft); flex: none; }
}
`

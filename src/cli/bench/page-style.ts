/** Colours and type of the report page, for light and dark. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfbfa; --ink: #1c2126; --soft: #5a646e; --line: #d9dde1; --head: #eef1f3; --bad: #b3261e; --roof: #a33f1b;
  --s0: #1f6fb4; --s1: #2f9e78; --s2: #8a5bb5; --s3: #c77812; --quiet-bar: #9aa7b2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e4e8eb; --soft: #9aa5af; --line: #323a42; --head: #1f262c; --bad: #ff8a80; --roof: #ff9d73;
    --s0: #5aa9e6; --s1: #57c99d; --s2: #b892e0; --s3: #e8a648; --quiet-bar: #6b7883;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 6px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 24px 0 6px; } p, ul { margin: 6px 0; } .soft { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 16px 0; } dt { color: var(--soft); } dd { margin: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; background: var(--head); position: sticky; top: 0; } th, td { padding: 3px 9px; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
td.number, th.number { text-align: right; } td.wide { white-space: normal; min-width: 165px; } .differs { color: var(--bad); font-weight: 600; }
tr.unmeasured td { color: var(--soft); }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 400px)); gap: 12px; }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, "Segoe UI", Roboto, sans-serif; } svg text { fill: var(--ink); }
svg .tick, svg .quiet { fill: var(--soft); } svg .value { font-variant-numeric: tabular-nums; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; } svg .panel-title { font-weight: 600; font-size: 12px; }
svg .grid { stroke: var(--line); stroke-width: 1; fill: none; } svg .roof { stroke: var(--roof); stroke-width: 1.2; stroke-dasharray: 5 3; fill: none; }
svg .roof-sum { stroke-dasharray: none; }
svg .roof-name { fill: var(--roof); font-size: 10.5px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
svg .ideal { stroke: var(--soft); stroke-dasharray: 2 3; fill: none; } svg .range { stroke: var(--ink); stroke-width: 1.4; fill: none; opacity: .65; }
svg .bar { fill: var(--s0); } svg .row-c, svg .row-d { fill: var(--s1); } svg .row-e, svg .row-f { fill: var(--s2); }
svg .row-0 { fill: var(--s2); } svg .row-1 { fill: var(--s1); } svg .row-s, svg .row-r { fill: var(--quiet-bar); }
svg .row-g, svg .row-h { fill: var(--s0); opacity: .72; } svg .row-native { fill: var(--quiet-bar); } svg .row-peer { fill: var(--s3); }
svg .curve { fill: none; stroke-width: 1.8; } svg .curve-0 { stroke: var(--s0); } svg .curve-1 { stroke: var(--s1); }
svg .curve-2 { stroke: var(--s2); } svg .curve-3 { stroke: var(--s3); } svg .dot { fill: var(--paper); stroke-width: 1.6; }
`;

'use strict';

/** The page's look. Colours are told apart by those who see few of them, in light and in dark. */
const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #ffffff; --card: #f5f7f9; --rule: #dbe0e6; --bad: #b3261e; --good: #1b6e3c;
  --c0: #1f5fbf; --c1: #b8590a; --c2: #7a3fb0; --c3: #0b7a75; --c4: #a3195b; --rejecting: #f2c14e66; --paused: #d9483b55; --silent: #7a869466; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --paper: #12161c; --card: #1a2029; --rule: #303946; --bad: #ff8a80; --good: #7ddc9f;
  --c0: #7fb2ff; --c1: #ffb066; --c2: #cda2f5; --c3: #5fd4cd; --c4: #ff8fc0; --rejecting: #a8812a66; --paused: #a3322966; --silent: #8793a255; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0.2rem 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 0.6rem; }
.remark { font-weight: 600; margin: 0.4rem 0; } .facts { color: var(--soft); margin: 0.2rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); } .verdict { font-weight: 700; } .good { color: var(--good); } .bad { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.7rem 0.7rem 0.4rem; background: var(--card); border-radius: 6px; }
figcaption { font-weight: 600; } .unit { color: var(--soft); font-weight: 400; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.end { text-anchor: end; } .middle { text-anchor: middle; } .start { text-anchor: start; } svg .name { fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
.grid { stroke: var(--rule); } .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; } .mark { stroke: var(--soft); stroke-dasharray: 5 4; } .knee { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 2 3; }
${[0, 1, 2, 3, 4].map((i) => `.line.c${i} { stroke: var(--c${i}); } .dot.c${i} { fill: var(--c${i}); } .key.c${i} { background: var(--c${i}); }`).join('\n')}
.rejecting { fill: var(--rejecting); } .paused { fill: var(--paused); } .silent { fill: var(--silent); } .key.silent { background: var(--silent); } .key.rejecting { background: var(--rejecting); } .key.paused { background: var(--paused); }
.legend { margin: 0.2rem 0 0; color: var(--soft); font-size: 0.85rem; } .legend span { margin-right: 0.9rem; white-space: nowrap; } .key { display: inline-block; width: 0.8rem; height: 0.5rem; margin-right: 0.3rem; border-radius: 2px; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; } td:not(.number):last-child { min-width: 13rem; }
th { color: var(--soft); font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 34rem) { table { font-size: 0.85rem; } th, td { padding: 0.3rem 0.25rem; } td:not(.number):last-child { min-width: 9rem; } }
details { margin-top: 1.5rem; } pre { overflow-x: auto; background: var(--card); padding: 0.7rem; border-radius: 6px; font-size: 0.8rem; }
`;

module.exports = { style };

"""How a report looks, on a screen of any width, light or dark, and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #565e66; --paper: #fff; --line: #d5dade;
  --ground: #eef1f3; --bar: #0072b2; --warn: #8a3b00; --warn-ground: #fdf0e3; --good: #1d5c38;
  --good-ground: #e7f4ec; --note-ground: #eef3f8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8eb; --quiet: #a3adb5; --paper: #1b1f23;
  --line: #3a4148; --ground: #2a3036; --bar: #56b4e9; --warn: #ffb870; --warn-ground: #3a2b1a;
  --good: #8fdcae; --good-ground: #1d3326; --note-ground: #232c35; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: var(--ink);
  background: var(--paper); font: 1rem/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .75rem; padding-top: .75rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
header p, .small, small, figcaption, footer { color: var(--quiet); font-size: .875rem; }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
a { color: inherit; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; }
nav ol { columns: 2; padding-left: 1.5rem; margin: 1rem 0 0; } nav li { margin: .1rem 0; }
dl { display: grid; grid-template-columns: minmax(9rem, 16rem) 1fr; gap: .3rem 1.25rem;
  margin: .75rem 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; }
caption { text-align: left; color: var(--quiet); font-size: .875rem; padding-bottom: .4rem;
  max-width: 46rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0;
  border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: break-word; }
thead th { font-weight: 600; border-bottom-color: var(--quiet); }
thead small { display: block; font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; } td, tbody th { max-width: 30rem; }
.note, .warning, .good { padding: .5rem .75rem; border-left: 4px solid var(--bar);
  background: var(--note-ground); }
.warning { border-color: var(--warn); background: var(--warn-ground); }
.good { border-color: var(--good); background: var(--good-ground); }
.badge { display: inline-block; padding: 0 .5rem; margin-left: .4rem; border: 1px solid;
  border-radius: .75rem; font-size: .8rem; font-weight: normal; }
span.badge.note { border-left-width: 1px; background: none; padding: 0 .5rem; }
span.badge.warning { color: var(--warn); border: 1px solid; padding: 0 .5rem; }
span.badge.good { color: var(--good); border: 1px solid; padding: 0 .5rem; }
.card { border: 1px solid var(--line); border-radius: .4rem; padding: .9rem 1rem; margin: 1rem 0; }
.card dl { grid-template-columns: minmax(8rem, 13rem) 1fr; }
.pictures { display: flex; flex-wrap: wrap; gap: .75rem; margin: .75rem 0; }
figure { margin: 0; } .pictures figure { max-width: 13rem; }
.pictures figure.large { max-width: 26rem; }
.pictures img { display: block; max-width: 100%; height: auto; }
figcaption { overflow-wrap: anywhere; }
.bars table { width: 100%; max-width: 54rem; }
.bars th { width: 13rem; } .bars td, .bars th { border: 0; padding: .15rem .75rem .15rem 0;
  vertical-align: middle; }
.bars .said { white-space: nowrap; font-variant-numeric: tabular-nums; width: 1%; }
.ground { fill: var(--ground); } .bar { fill: var(--bar); } .between { fill: var(--ink); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 40rem) { nav ol { columns: 1; } dl, .card dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; } .bars .said { white-space: normal; } .bars th { width: 30%; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --paper: #fff;
  --line: #bbb; --ground: #e6e6e6; --bar: #0072b2; --warn: #8a3b00; --warn-ground: #fff;
  --good: #1d5c38; --good-ground: #fff; --note-ground: #fff; }
  @page { size: A4; margin: 18mm 16mm; }
  body { max-width: none; padding: 0; font-size: 10pt;
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .skip { display: none; } .wide { overflow: visible; }
  h2, h3, caption { break-after: avoid; } tr, figure, dl > * { break-inside: avoid; }
  .card { break-inside: auto; } thead { display: table-header-group; } }
"""

/** The style sheet of the report: system letters, light and dark, from 360 px up, fit to print. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #faf9f7; --card: #ffffff; --ink: #1d2327; --soft: #5c666d; --faint: #8d969c; --line: #e5e2dc; --wash: #f1efea;
  --high: #2f6d8c; --low: #c26a22; --good: #5b8c7b; --defect: #c8503f; --third: #7a6aa8; --warn: #fdf4e1; --warn-line: #e8cf97;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131618; --card: #1a1e21; --ink: #e6e8e6; --soft: #a3acb0; --faint: #78828a; --line: #2b3135; --wash: #22272b;
    --high: #6bb0d1; --low: #e39a5b; --good: #7fb8a3; --defect: #ec8070; --third: #a99ad6; --warn: #2a2418; --warn-line: #5b4a26;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Inter, Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 56px 32px 80px; }
h1, h2, h3 { line-height: 1.2; font-weight: 620; letter-spacing: -0.01em; margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 34px; }
h2 { font-size: 20px; margin: 64px 0 18px; }
h3 { font-size: 17px; }
p { margin: 0 0 12px; max-width: 70ch; }
.soft, .lead { color: var(--soft); }
.lead { margin: 10px 0 0; }
.eyebrow { color: var(--faint); font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; margin: 0 0 8px; }
.num, td.n, th.n { font-variant-numeric: tabular-nums; text-align: right; }
figure { margin: 0; }

.tiles { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; margin-top: 36px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 24px 18px; }
.tile .name { color: var(--soft); font-size: 13px; }
.tile .big { font-size: 46px; line-height: 1.15; font-weight: 600; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile .big small { font-size: 18px; font-weight: 500; color: var(--faint); margin-left: 3px; letter-spacing: 0; }
.tile .sides { display: flex; gap: 20px; font-size: 14px; color: var(--soft); font-variant-numeric: tabular-nums; }
.tile b { color: var(--ink); font-weight: 600; }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 7px; background: var(--low); }
.dot.high { background: var(--high); }

.warnings { margin-top: 24px; padding: 16px 22px; background: var(--warn); border: 1px solid var(--warn-line); border-radius: 12px; }
.warnings b { font-weight: 600; }
.warnings ul { margin: 4px 0 0; padding-left: 18px; }
.warnings li { overflow-wrap: anywhere; }

.bars { display: grid; grid-template-columns: minmax(60px, max-content) minmax(0, 1fr); gap: 6px 16px; align-items: center; }
.bars .label { max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 14px; }
.bars .track { display: flex; align-items: center; gap: 10px; font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; padding-right: 56px; }
.bars .bar { height: 18px; border-radius: 3px; background: var(--low); min-width: 2px; flex: none; }
.bars .bar.high { background: var(--high); }
.bars .track span { margin-right: -56px; }
.legend { max-width: none; display: flex; flex-wrap: wrap; gap: 4px 22px; color: var(--soft); font-size: 13px; margin: 14px 0 0; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 32px 40px; }
.chart figcaption { font-size: 13px; color: var(--soft); margin-bottom: 12px; display: flex; flex-wrap: wrap; gap: 2px 16px; align-items: baseline; }
.chart figcaption b { color: var(--ink); font-weight: 600; font-size: 14px; }
.key i { display: inline-block; width: 14px; height: 2px; vertical-align: middle; margin-right: 6px; background: currentColor; }
.key em { font-style: normal; font-variant-numeric: tabular-nums; color: var(--faint); }
.key.s0 i { background: var(--high); } .key.s1 i { background: var(--low); } .key.s2 i { background: var(--good); } .key.s3 i { background: var(--third); }
.plot { position: relative; height: 210px; margin: 0 6px 24px 52px; }
.plot svg { width: 100%; height: 100%; overflow: visible; display: block; }
.plot path, .plot line { vector-effect: non-scaling-stroke; fill: none; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .line { stroke-width: 1.75; stroke-linejoin: round; stroke: var(--third); }
.plot .s0 { stroke: var(--high); } .plot .s1 { stroke: var(--low); } .plot .s2 { stroke: var(--good); }
.plot span { position: absolute; font-size: 11.5px; color: var(--faint); font-variant-numeric: tabular-nums; white-space: nowrap; }
.plot .y { right: calc(100% + 10px); transform: translateY(-50%); }
.plot .x { top: calc(100% + 5px); transform: translateX(-50%); }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { font-weight: 500; color: var(--soft); text-align: left; font-size: 13px; vertical-align: bottom; }
th, td { padding: 7px 20px 7px 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
td.name { max-width: 260px; }
td.name div { display: flex; align-items: baseline; overflow-wrap: anywhere; min-width: 0; }
td.name span { min-width: 0; }
.dot { flex: none; }
td.meter { width: 14%; padding-left: 0; }
tbody.sum td { font-weight: 600; border-bottom-color: transparent; padding-bottom: 3px; }
tbody.sum tr:last-child td { border-bottom-color: var(--line); padding-bottom: 12px; }
tbody.rest tr:first-child td { padding-top: 12px; }
.rail { display: block; height: 6px; border-radius: 3px; background: var(--wash); overflow: hidden; }
.rail i { display: block; height: 100%; border-radius: 3px; background: var(--low); opacity: 0.85; }
.rail.high i { background: var(--high); } .rail.all i { background: var(--soft); }

.class { border-top: 1px solid var(--line); padding: 26px 0 34px; }
.class:first-of-type { border-top: 0; padding-top: 14px; }
.class header { display: grid; grid-template-columns: minmax(0, 1fr) 260px; gap: 8px 32px; align-items: end; margin-bottom: 18px; }
.class header p { color: var(--soft); font-size: 14px; margin: 6px 0 0; }
.class header b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.hist svg { width: 100%; height: 44px; display: block; }
.hist rect.good, .hist i.good { fill: var(--good); background: var(--good); }
.hist rect.defect, .hist i.defect { fill: var(--defect); background: var(--defect); }
.hist i { display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 5px; }
.hist i.defect { margin-left: 10px; }
.hist figcaption { display: flex; justify-content: space-between; color: var(--faint); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.hist line.limit { stroke: var(--ink); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.hist input { width: 100%; margin: 4px 0 0; accent-color: var(--soft); }
.hist output { display: block; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
h3.worst { margin: 22px 0 14px; }
.curves { display: flex; flex-wrap: wrap; gap: 24px 40px; margin-top: 22px; }
.curve { width: 190px; font-size: 13px; }
.curve figcaption { margin-bottom: 6px; } .curve figcaption b { font-weight: 600; }
.curve svg { display: block; width: 100%; }
.curve .frame { fill: none; stroke: var(--line); } .curve path { fill: none; }
.curve .grid { stroke: var(--line); stroke-width: 0.5; } .curve .line { stroke: var(--high); stroke-width: 1.4; stroke-linejoin: round; }
.curve p { color: var(--faint); font-size: 11.5px; margin: 6px 0 0; }
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 28px 32px; }
.picture .three { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
.picture svg { display: block; width: 100%; height: auto; max-height: 230px; border-radius: 5px; background: var(--wash); }
.picture .outline { fill: none; stroke: #fff; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.picture .outline.under { stroke: #c8203f; stroke-width: 3.4; }
.picture .none { fill: var(--faint); text-anchor: middle; dominant-baseline: middle; }
.picture .title { display: flex; justify-content: space-between; gap: 12px; font-size: 14px; font-weight: 600; margin-bottom: 8px; }
.picture .title span { font-weight: 500; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.picture figcaption { color: var(--faint); font-size: 12px; margin-top: 6px; overflow-wrap: anywhere; }

.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 24px; font-size: 14px; margin: 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); gap: 28px 48px; }
.columns h3, .end h3 { font-size: 14px; margin-bottom: 10px; color: var(--soft); font-weight: 600; }
pre { margin: 0 0 20px; padding: 16px 18px; background: var(--wash); border-radius: 10px; overflow-x: auto; font: 13px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; tab-size: 2; }
pre.commands { white-space: pre-wrap; overflow-wrap: anywhere; }
details > summary { cursor: pointer; color: var(--soft); font-size: 14px; font-weight: 600; margin: 18px 0 10px; }

@media (max-width: 760px) {
  main { padding: 32px 18px 56px; }
  h1 { font-size: 27px; } h2 { margin-top: 48px; }
  .tiles, .pictures { grid-template-columns: minmax(0, 1fr); }
  .tiles { gap: 12px; } .tile { padding: 16px 18px; } .tile .big { font-size: 38px; }
  .class header { grid-template-columns: minmax(0, 1fr); }
  .bars .label { max-width: 110px; } .bars { column-gap: 10px; }
  td.meter, th.meter { display: none; }
  th, td { padding-right: 14px; }
  td.name { min-width: 96px; max-width: 150px; }
}
@media print { main { max-width: none; padding: 0; } .tile, .chart, .picture, .curve, .class header { break-inside: avoid; } .hist input { display: none; } details > * { display: block; } }
`;

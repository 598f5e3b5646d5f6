import { type Arrows, direct, floors } from "./floors.js";

const [width, rowHeight, boxHeight, margin] = [960, 84, 34, 12];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** The packages as boxes, floor upon floor, with an arrow to each package that they import and reach in no other way. */
export function drawing(arrows: Arrows): string {
  const rows = floors(arrows).toReversed();
  const boxes = new Map(rows.flatMap((names, row) => placed(names, row)));
  const lines = Object.entries(direct(arrows)).flatMap(([name, below]) => below.map((other) => line(boxes.get(name)!, boxes.get(other)!)));
  const rooms = [...boxes].map(([name, box]) => room(name, box));
  const height = rows.length * rowHeight + margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Packages and their imports">
<style>
  text { font: 14px ui-monospace, monospace; text-anchor: middle; fill: #1f2328; }
  rect { fill: #f6f8fa; stroke: #57606a; }
  path { fill: none; stroke: #57606a; stroke-opacity: .45; }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } rect { fill: #21262d; stroke: #8b949e; } path { stroke: #8b949e; } }
</style>
${[...lines, ...rooms].join("\n")}
</svg>
`;
}

function placed(names: readonly string[], row: number): [string, Box][] {
  const widths = names.map((name) => 24 + 9 * name.length);
  const gap = (width - widths.reduce((sum, w) => sum + w, 0)) / (names.length + 1);
  let x = gap;
  return names.map((name, i) => {
    const box = { x, y: margin + row * rowHeight, width: widths[i]! };
    x += widths[i]! + gap;
    return [name, box];
  });
}

function line(from: Box, to: Box): string {
  const [x1, y1, x2, y2] = [from.x + from.width / 2, from.y + boxHeight, to.x + to.width / 2, to.y];
  const half = (y2 - y1) / 2;
  return `<path d="M${round(x1)} ${y1} C${round(x1)} ${round(y1 + half)} ${round(x2)} ${round(y2 - half)} ${round(x2)} ${y2}"/>`;
}

function room(name: string, { x, y, width: w }: Box): string {
  const label = `<text x="${round(x + w / 2)}" y="${y + 22}">${name}</text>`;
  return `<rect x="${round(x)}" y="${y}" width="${w}" height="${boxHeight}" rx="5"/>${label}`;
}

const round = (value: number) => Math.round(value * 10) / 10;

import type { Frame } from "./flame-tree.js";
import { waiting } from "./read-samples.js";

const [width, row, margin] = [1200, 18, 8];
/** Of the width: what is narrower is left out. */
const least = 0.004;

const colours = { kernel: "#e8915b", own: "#8fbf7f", thread: "#c9ced6", other: "#9db4d6" } as const;

/** A picture of a tree, in which a frame is as wide as its time is long and lies below the one that called it. */
export function drawFlames(root: Frame): string {
  const boxes: string[] = [];
  let depth = 0;
  const draw = (frame: Frame, x: number, level: number) => {
    const size = frame.took / root.took;
    if (size < least) return;
    depth = Math.max(depth, level + 1);
    boxes.push(box(frame, root, margin + x * width, level, size));
    let from = x;
    for (const inside of [...frame.inside.values()].sort((a, b) => b.took - a.took)) {
      draw(inside, from, level + 1);
      from += inside.took / root.took;
    }
  };
  draw(root, 0, 0);
  const [w, h] = [width + 2 * margin, depth * row + 2 * margin];
  const style = "text{font:11px system-ui,sans-serif;fill:#111}rect{stroke:#fff;stroke-width:.5}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}"><style>${style}</style><rect width="${w}" height="${h}" fill="#fff"/>${boxes.join("")}</svg>\n`;
}

function box({ name, took }: Frame, root: Frame, x: number, level: number, size: number): string {
  const [w, y] = [size * width, margin + level * row];
  const label = `${name} ${percent(size)}`;
  const fits = Math.floor((w - 4) / 6.9);
  const shown = fits < 3 ? "" : label.length <= fits ? label : `${name.slice(0, fits - 1)}…`;
  const title = `<title>${escaped(`${name}: ${(took / 1e6).toFixed(2)} s, ${percent(took / root.took)}`)}</title>`;
  const text = shown && `<text x="${(x + 3).toFixed(1)}" y="${y + 13}">${escaped(shown)}</text>`;
  return `<g>${title}<rect x="${x.toFixed(1)}" y="${y}" width="${w.toFixed(1)}" height="${row - 1}" fill="${colourOf(name, level)}"/>${text}</g>`;
}

function colourOf(name: string, level: number): string {
  if (name.endsWith("(kernel)")) return colours.kernel;
  if (level < 2 || name === waiting) return colours.thread;
  return name.includes("(@ltad/") ? colours.own : colours.other;
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

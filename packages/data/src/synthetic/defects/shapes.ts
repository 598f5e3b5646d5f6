import type { Rng } from "@ltad/core";

/** A point in pixels. */
export type Point = readonly [number, number];

/** A random place at least `margin` pixels from the edge. */
export function placeIn(rng: Rng, size: number, margin: number): Point {
  const at = () => margin + rng.uniform() * (size - 2 * margin);
  return [at(), at()];
}

/** Signed distance to the border of a lobed, stretched disc: positive inside, in pixels (approximately). [S, S] */
export function lobedDisc(rng: Rng, size: number, radius: number, lobes: number): Float32Array {
  const [cx, cy] = placeIn(rng, size, radius * 1.4);
  const waves = [2, 3, 4].map((n) => ({ n, height: (lobes * (2 * rng.uniform() - 1) * 1.6) / n, turn: rng.uniform() * 7 }));
  const [stretch, angle] = [1 + 0.35 * rng.uniform(), rng.uniform() * Math.PI];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const inside = new Float32Array(size * size).fill(-radius);
  for (let i = 0; i < inside.length; i++) {
    const x = (i % size) - cx;
    const y = Math.floor(i / size) - cy;
    if (x * x + y * y > radius * radius * 6) continue;
    const u = (x * cos + y * sin) / stretch;
    const v = (y * cos - x * sin) * stretch;
    const theta = Math.atan2(v, u);
    const edge = waves.reduce((r, { n, height, turn }) => r + height * Math.cos(n * theta + turn), 1);
    inside[i] = radius * Math.max(0.55, edge) - Math.hypot(u, v);
  }
  return inside;
}

/** A walk that bends by `wander` (standard deviation in radians) a step. */
export function walk(
  rng: Rng,
  from: Point,
  angle: number,
  { steps, step, wander }: { steps: number; step: number; wander: number },
): Point[] {
  const points: Point[] = [from];
  let [x, y] = from;
  let heading = angle;
  for (let i = 0; i < steps; i++) {
    heading += wander * rng.normal();
    [x, y] = [x + step * Math.cos(heading), y + step * Math.sin(heading)];
    points.push([x, y]);
  }
  return points;
}

/** Draws a line that thins towards its end. Covers the pixels within its half width, with soft edges of one pixel; writes the larger of old and new. */
export function stroke(field: Float32Array, size: number, points: readonly Point[], halfWidth: number, thinning = 0.5): void {
  for (let k = 1; k < points.length; k++) {
    const [a, b] = [points[k - 1]!, points[k]!];
    const half = halfWidth * (1 - thinning * (k / points.length));
    for (let y = clamp(Math.min(a[1], b[1]) - half - 2, size); y <= clamp(Math.max(a[1], b[1]) + half + 2, size); y++) {
      for (let x = clamp(Math.min(a[0], b[0]) - half - 2, size); x <= clamp(Math.max(a[0], b[0]) + half + 2, size); x++) {
        const cover = Math.min(1, Math.max(0, half + 0.5 - distanceToSegment(x, y, a, b)));
        field[y * size + x] = Math.max(field[y * size + x]!, cover);
      }
    }
  }
}

function clamp(v: number, size: number): number {
  return Math.min(size - 1, Math.max(0, Math.round(v)));
}

function distanceToSegment(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

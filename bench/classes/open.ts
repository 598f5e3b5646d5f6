// Opens a model in a process of its own and tells its parent what that took.
import { join } from "node:path";
import { createRng, float32, int32 } from "@ltad/core";
import { openDetector } from "@ltad/detector";
import { openProgram } from "@ltad/runtime";

export interface Opened {
  readonly open_seconds: number;
  /** Memory of the process after the model was opened, and after the images. */
  readonly open_mb: number;
  readonly used_mb: number;
  /** The scoring of an image whose class was used before, and of one whose tables are read. */
  readonly known_ms: number;
  readonly read_ms: number;
  /** Finding the class of an image. */
  readonly nearest_ms: number;
}

const [folder = "", images = ""] = process.argv.slice(2);
const rng = createRng("images");
const start = performance.now();
const detector = await openDetector(folder);
const open_seconds = (performance.now() - start) / 1000;
const open_mb = process.memoryUsage().rss / 1e6;
const { tokens, channels, zSize } = detector.manifest.features;
const classes = detector.classes.length;
const features = float32([1, tokens, channels], rng.normals(tokens * channels));
const z = float32([1, zSize], rng.normals(zSize));
await timeOf(() => detector.score(features, z, Int32Array.of(0)));
const [known, read]: [number[], number[]] = [[], []];
for (let i = 0; i < Number(images); i++) {
  const label = Int32Array.of(rng.integer(classes));
  read.push(await timeOf(() => detector.score(features, z, label)));
  known.push(await timeOf(() => detector.score(features, z, label)));
}
const used_mb = process.memoryUsage().rss / 1e6;
await detector.dispose();
const nearest = await openProgram(join(folder, detector.manifest.graphs.nearest!.file));
const found: number[] = [];
for (let i = 0; i < 50; i++) found.push(await timeOf(() => nearest.run({ z, class: int32([1], [-1]) })));
await nearest.dispose();
const told: Opened = { open_seconds, open_mb, used_mb, known_ms: middle(known), read_ms: middle(read), nearest_ms: middle(found) };
process.send!(told, () => process.disconnect());

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

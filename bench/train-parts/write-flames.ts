import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawFlames } from "./flames/draw-flames.js";
import { flameTree, type Span } from "./flames/flame-tree.js";
import { readSamples } from "./flames/read-samples.js";
import type { Training } from "./run-training.js";

/** Parts that took less are not drawn, seconds. */
const least = 0.2;

/** Writes PART.svg for each part of a training whose threads left their profiles in a folder. */
export async function writeFlames(profiles: string, { timing, began }: Training, out: string): Promise<void> {
  const samples = await readSamples(profiles);
  await mkdir(out, { recursive: true });
  for (const span of spansOf(timing, began)) {
    if (span.to - span.from < least * 1e6) continue;
    const file = join(out, `${span.name}.svg`);
    await writeFile(file, drawFlames(flameTree(samples, span)));
    console.log(`${file}: ${((span.to - span.from) / 1e6).toFixed(1)} s`);
  }
}

/** The parts follow each other. */
function spansOf(timing: Training["timing"], began: number): Span[] {
  let from = began;
  return Object.entries(timing).map(([name, seconds]) => {
    const span = { name, from, to: from + seconds * 1e6 };
    from = span.to;
    return span;
  });
}

import { join } from "node:path";
import { createRng, float32, writeFileAtomic } from "@ltad/core";
import { type Detector, openDetector } from "./detector.js";
import type { Manifest } from "./manifest.js";

/** What a detector computes for a fixed input, which shows whether a copy of it on another machine computes the same. */
export type Check = NonNullable<Manifest["check"]>;

const input = "seeded noise v1";
/** Two results count as the same up to this relative difference. Runtimes and processors differ by rounding, at about 1e-5. */
const tolerance = 1e-3;

/** Runs the graphs on one image of seeded noise, as an image of the first class. */
export async function probe({ manifest, encode, score }: Pick<Detector, "manifest" | "encode" | "score">): Promise<Check> {
  const { inputSize: size } = manifest.features;
  const noise = createRng(input).uniforms(size * size * 3, 0, 1);
  const { features, z } = await encode(float32([1, size, size, 3], noise));
  const { score: scores, map } = await score(features, z, Int32Array.of(0));
  return { input, score: scores[0]!, mapSum: map.reduce((sum, value) => sum + value, 0) };
}

/** Checks that a detector still computes what its training stored; null if the training stored nothing that this version can repeat. */
export async function checkAnswer(
  detector: Detector,
): Promise<{ readonly same: boolean; readonly found: Check; readonly stored: Check } | null> {
  const stored = detector.manifest.check;
  if (stored?.input !== input) return null;
  const found = await probe(detector);
  return { same: isNear(found.score, stored.score) && isNear(found.mapSum, stored.mapSum), found, stored };
}

/**
 * Opens a bundle that was just written, and adds the result of {@link probe} to its model.json.
 * @throws LtadError `LTAD_BUNDLE` when it cannot be opened, `LTAD_WRITE` when model.json cannot be written
 */
export async function storeCheck(folder: string): Promise<Check> {
  const detector = await openDetector(folder);
  try {
    const check = await probe(detector);
    await writeFileAtomic(join(folder, "model.json"), `${JSON.stringify({ ...detector.manifest, check }, null, 2)}\n`);
    return check;
  } finally {
    await detector.dispose();
  }
}

function isNear(found: number, stored: number): boolean {
  return Math.abs(found - stored) <= tolerance * Math.max(Math.abs(stored), 1e-6);
}

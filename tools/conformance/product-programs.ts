import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { longTail, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openDetector } from "@ltad/detector";
import { loadTextEncoder, textVectors } from "@ltad/encoder";
import { defaultCacheDir } from "@ltad/hub";
import { resolveConfig, train } from "@ltad/train";
import type { RecordedProgram } from "./recorded-program.js";
import { recordPrograms } from "./record-programs.js";

const small = ["features.inputSize=96", "augment.steps=2", "detect.steps=2", "detect.images=4"];
/** Both ways through the product: everything that `recommended` runs, and the phases, the transformer and the VAE of `paper`. */
const trainings = [
  { preset: "recommended", sets: small },
  { preset: "paper", sets: [...small, "features.stages=[2,3]", "reconstruct.neighbourhood=3"] },
];

/** Every graph that trainings, a prediction and text vectors run on a small synthetic data set; the encoders have their real weights. */
export async function productPrograms(): Promise<RecordedProgram[]> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-conformance-"));
  const cacheDir = defaultCacheDir({ env: process.env, platform: process.platform, home: homedir() });
  try {
    await synthesise(join(folder, "data"), { seed: 1, size: 96, classes: 2, train: 8, good: 1, defects: 1 });
    const data = await scanDataset(join(folder, "data"));
    const split = await longTail(data, { protocol: "full", seed: 0 });
    return await recordPrograms(async () => {
      for (const { preset, sets } of trainings) {
        const out = join(folder, preset);
        await train({ split, seed: 0, config: resolveConfig({ preset, sets }), out, cacheDir });
        const detector = await openDetector(out);
        await detector.predict(data.classes[0]!.test[0]!.file);
        await detector.dispose();
      }
      await textVectors(await loadTextEncoder("use-lite", { cacheDir }), ["a broken screw", "wood"]);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

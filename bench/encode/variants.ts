import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRng } from "@ltad/core";
import { type AnyImageEncoder, loadImageEncoder } from "@ltad/encoder";
import {
  efficientNetEncoder,
  efficientNetPlan,
  efficientNetShapes,
  type EfficientNetVariant,
  efficientNetVariants,
} from "@ltad/encoder/networks";
import { randomParams } from "@ltad/encoder/testing";
import { encoderGraph, featureSpec } from "@ltad/features";
import { openProgram } from "@ltad/runtime";

const transformers = ["dinov2-small", "dinov2-base", "siglip-base-patch16-224"];

export interface VariantOptions {
  /** Names to measure: "b0" to "b7", and the vision transformers of the catalogue; all when empty. */
  readonly names: readonly string[];
  /** Side of the image. */
  readonly size: number;
  /** With torch and transformers, to make the vision transformers; without it they are left out. */
  readonly python: string | undefined;
  /** Where their graphs are written. */
  readonly folder: string;
}

/** Milliseconds an image of each encoder's network, with random weights. */
export async function measureVariants({ names, size, python, folder }: VariantOptions): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const known = [...efficientNetVariants, ...(python ? transformers : [])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Error(`${unknown}: expected ${known.join(", ")}${python ? "" : "; the vision transformers need --python"}.`);
  const all = names.length > 0 ? names : known;
  const vits = all.filter((name) => transformers.includes(name));
  if (python && vits.length > 0)
    await promisify(execFile)(python, ["tools/reference/encoder/vit_random.py", folder, String(size), ...vits], { maxBuffer: 2 ** 24 });
  for (const name of all) {
    const encoder = vits.includes(name) ? await loadImageEncoder(join(folder, name)) : randomEfficientNet(name as EfficientNetVariant);
    figures[`${name}_ms`] = await fastest(encoder, size);
    console.log(`${name} ${figures[`${name}_ms`]?.toFixed(1)} ms an image at ${size} px`);
  }
  return figures;
}

function randomEfficientNet(variant: EfficientNetVariant): AnyImageEncoder {
  const plan = efficientNetPlan(variant);
  const params = randomParams(efficientNetShapes(plan), createRng(variant));
  return efficientNetEncoder(plan, params as Parameters<typeof efficientNetEncoder>[1]);
}

/** The fastest of 20 runs, because other work on the machine only adds. */
async function fastest(encoder: AnyImageEncoder, size: number): Promise<number> {
  const isEfficientNet = encoder.kind === "network";
  const stages = isEfficientNet ? [2, 3, 5, 6] : [1];
  const gridStride = isEfficientNet ? 16 : (encoder.stages[0]?.stride ?? 16);
  const spec = featureSpec(encoder, { inputSize: size, stages, gridStride, shrink: "area", length: "unit" });
  const program = await openProgram(encoderGraph(encoder, spec));
  try {
    const image = { dtype: "float32", shape: [1, size, size, 3], data: new Float32Array(size * size * 3).fill(0.5) } as const;
    await program.run({ image });
    let best = Infinity;
    for (let i = 0; i < 20; i++) {
      const start = performance.now();
      await program.run({ image });
      best = Math.min(best, performance.now() - start);
    }
    return best;
  } finally {
    await program.dispose();
  }
}

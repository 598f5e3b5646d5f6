import { float32, floats, int32 } from "@ltad/core";
import { f32, i32, jit } from "@ltad/jit";
import type { HeadArrays } from "../head/head-graph.js";
import { type Calibration, calibrated, type HeadConfig } from "../head/head.js";
import type { Distances, HeldOutImage } from "./held-out.js";

/** A good image, scored by the model with statistics that were fitted without it. */
export interface GoodImage extends Distances {
  readonly label: number;
  readonly score: number;
  readonly map: Float32Array; // [N]
}

/** Maps and image scores of held-out images. */
export async function goodScores(
  images: readonly HeldOutImage[],
  calibration: HeadArrays["calibration"],
  head: HeadConfig,
): Promise<GoodImage[]> {
  const { tokens } = head.spec;
  const program = await jit(
    ({ errors, logits, label }, constants) => {
      const { map, score } = calibrated({ errors, logits }, label, constants as Calibration, head);
      return { map, score };
    },
    { errors: f32(1, tokens), logits: f32(1, tokens), label: i32(1) },
    { constants: calibration },
  );
  try {
    const scored: GoodImage[] = [];
    for (const { label, errors, logits, ...distances } of images) {
      const row = (values: Float32Array) => float32([1, tokens], values);
      const { map, score } = await program.run({ errors: row(errors), logits: row(logits), label: int32([1], [label]) });
      scored.push({ label, score: floats(score, "score")[0]!, map: floats(map, "map"), ...distances });
    }
    return scored;
  } finally {
    await program.dispose();
  }
}

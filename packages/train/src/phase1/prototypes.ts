import { createRng, float32, floats, type NdArray } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import { textPrototypes } from "@ltad/semantic";
import type * as tf from "@tensorflow/tfjs";
import type { NamedTraining } from "../run/training.js";

// Shapes: K classes, M tokens of a name, V tokens of a prompt, Dt text size.

/** t_n,c and t_a,c of every class, unit rows [K, Dt]. */
export type Prototypes = {
  readonly normal: NdArray;
  readonly abnormal: NdArray;
};

/**
 * t_n,c = T([v_n; s_c]) and t_a,c = T([v_a; s_c]); with `names.prototypes` "random" two random unit vectors for each class.
 * @param names s_c [K, M, tokenSize]
 */
export async function prototypesOf(
  { text, config, seed }: Pick<NamedTraining, "text" | "config" | "seed">,
  names: NdArray,
): Promise<Prototypes> {
  const { prototypes, normalPrompt, abnormalPrompt } = config.names;
  if (prototypes === "random") return randomPrototypes(names.shape[0]!, text.size, seed);
  const prefix = (prompt: string) => text.embed(text.tokenize(prompt)); // [V, tokenSize]
  const prompts = { normal: prefix(normalPrompt), abnormal: prefix(abnormalPrompt) };
  const program = await jit(
    ({ names: tokens }, frozen) => {
      const prefixes = frozen.prompts as Record<keyof Prototypes, tf.Tensor2D>;
      return { ...textPrototypes((whole) => text.forward(frozen.text, whole), prefixes, tokens) };
    },
    { names: f32(...(names.shape as [number, number, number])) },
    { constants: { text: text.params, prompts } },
  );
  try {
    return await program.run({ names });
  } finally {
    await program.dispose();
  }
}

function randomPrototypes(classes: number, size: number, seed: number): Prototypes {
  const table = (name: string) => {
    const rows = float32([classes, size], createRng(`${seed}/prototypes/${name}`).normals(classes * size));
    for (let k = 0; k < classes; k++) toUnitLength(floats(rows, name).subarray(k * size, (k + 1) * size));
    return rows;
  };
  return { normal: table("normal"), abnormal: table("abnormal") };
}

function toUnitLength(row: Float32Array): void {
  const length = Math.hypot(...row);
  for (let i = 0; i < row.length; i++) row[i] = row[i]! / length;
}

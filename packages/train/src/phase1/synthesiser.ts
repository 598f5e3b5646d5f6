import { float32, type FloatArray, floats, int32, type Rng } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import { standardZ, statisticsTables } from "@ltad/features";
import { f32, i32, jit } from "@ltad/jit";
import { classTexts, conditionalVae } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { NamedTraining } from "../run/training.js";
import { type AugmentParams, vaeTables } from "./augment-loss.js";
import { vaeConfig } from "./augment-phase.js";

/** Draws f_syn for images: the VAE of phase 1 as one graph. */
export interface Synthesiser {
  /**
   * @param zs z [1, Dz] of each image @param label their class
   * @returns synthetic features of each, in the units of the encoder, with the z they were drawn for
   */
  sample(zs: readonly FloatArray[], label: number, rng: Rng): Promise<ImageFeatures[]>;
  dispose(): Promise<void>;
}

/** z_hat ~ N(F_mu(z), F_sigma(z)), f_syn = D([z_hat; t_c]) for images and classes of the training. */
export async function openSynthesiser(training: NamedTraining, learned: AugmentParams): Promise<Synthesiser> {
  const { latent } = training.config.augment;
  const { tokens, channels, zSize } = training.spec;
  const program = await synthesisProgram(training, learned);
  const size = tokens * channels;
  return {
    async sample(zs, label, rng) {
      const batch = zs.length;
      const out = await program.run({
        z: float32(
          [batch, zSize],
          zs.flatMap((z) => [...z.data]),
        ),
        label: int32([batch], new Int32Array(batch).fill(label)),
        eps: float32([batch, latent], rng.normals(batch * latent)),
      });
      const features = floats(out.features, "features");
      return zs.map((z, i) => ({ features: float32([1, tokens, channels], features.slice(i * size, (i + 1) * size)), z }));
    },
    dispose: () => program.dispose(),
  };
}

function synthesisProgram({ spec, config, text, statistics }: NamedTraining, learned: AugmentParams) {
  const vae = conditionalVae(vaeConfig(config, spec, text.size));
  const constants = { tables: vaeTables(statistics), text: text.params, ...learned };
  return jit(
    ({ z, label, eps }, frozen) => {
      const tables = statisticsTables(frozen.tables);
      const texts = classTexts((tokens) => text.forward(frozen.text, tokens), frozen.names); // [K, Dt]
      const condition = tf.gather(texts, label); // [B, Dt]
      const { synthetic } = vae.forward(frozen.vae, standardZ(tables, z), eps, condition); // [B, N, C]
      return { features: tf.add(tf.mul(synthetic, tables.channelDeviation), tables.channelMean) };
    },
    { z: f32(null, spec.zSize), label: i32(null), eps: f32(null, config.augment.latent) },
    { constants },
  );
}

import { branchOf, flatten, float32, type FloatArray, floats, int32, isNdArray, type NdArray, type Rng } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import { type ClassMoments, standardZ, statisticsTables, statisticsTree } from "@ltad/features";
import { jit } from "@ltad/jit";
import { classTexts, conditionalVae, sample } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { Training } from "../run/training.js";
import { type AugmentParams, vaeConfig } from "./augment-phase.js";

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
export async function openSynthesiser(training: Training, learned: AugmentParams, moments: ClassMoments): Promise<Synthesiser> {
  const { latent } = training.config.augment;
  const { tokens, channels, zSize } = training.spec;
  const program = await synthesisProgram(training, learned, moments);
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
      const features = floats(out["features"], "features");
      return zs.map((z, i) => ({ features: float32([1, tokens, channels], features.slice(i * size, (i + 1) * size)), z }));
    },
    dispose: () => program.dispose(),
  };
}

function synthesisProgram({ spec, config, text }: Training, learned: AugmentParams, moments: ClassMoments) {
  const vae = conditionalVae(vaeConfig(config, spec, text.size));
  return jit(
    (inputs) => {
      const tables = statisticsTables(branchOf(inputs, "tables"));
      const params = branchOf(inputs, "vae");
      const distribution = vae.encode(params, standardZ(tables, inputs["z"] as tf.Tensor2D));
      const texts = classTexts((tokens) => text.forward(branchOf(inputs, "text"), tokens), inputs["names"] as tf.Tensor3D); // [K, Dt]
      const condition = tf.gather(texts, inputs["label"] as tf.Tensor1D); // [B, Dt]
      const standard = vae.decode(params, sample(distribution, inputs["eps"] as tf.Tensor2D), condition); // [B, N, C]
      return { features: tf.add(tf.mul(standard, tables.channelDeviation), tables.channelMean) };
    },
    {
      z: { dtype: "float32", shape: [null, spec.zSize] },
      label: { dtype: "int32", shape: [null] },
      eps: { dtype: "float32", shape: [null, config.augment.latent] },
    },
    { constants: flatten<NdArray>({ tables: statisticsTree(moments), text: text.params, ...learned }, isNdArray) },
  );
}

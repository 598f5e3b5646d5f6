import { branchOf, flatten, float32, floats, int32, isNdArray, type NdArray, type Rng } from "@ltad/core";
import type { TextEncoder } from "@ltad/encoder";
import { type ClassMoments, type FeatureSpec, standardZ, statisticsTables, statisticsTree } from "@ltad/features";
import { jit } from "@ltad/jit";
import { classTexts, conditionalVae, sample, type VaeConfig } from "@ltad/vae-augment";
import * as tf from "@tensorflow/tfjs";
import type { AugmentParams } from "./augment-phase.js";

/** Draws f_syn for images: phase 1's VAE as one graph. */
export interface Synthesiser {
  /**
   * @param zs z of each image @param label their class
   * @returns features [N * C] of each, in the units of the encoder
   */
  sample(zs: readonly Float32Array[], label: number, rng: Rng): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** z_hat ~ N(F_mu(z), F_sigma(z)), f_syn = D([z_hat; t_c]) for images and classes of training. */
export async function openSynthesiser(
  learned: AugmentParams,
  moments: ClassMoments,
  spec: FeatureSpec,
  config: VaeConfig & { readonly latent: number },
  text: TextEncoder,
): Promise<Synthesiser> {
  const vae = conditionalVae(config);
  const { latent } = config;
  const program = await jit(
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
      eps: { dtype: "float32", shape: [null, latent] },
    },
    {
      constants: flatten<NdArray>(
        { tables: statisticsTree(moments), text: text.params, vae: learned.vae, names: learned.names },
        isNdArray,
      ),
    },
  );
  const size = spec.tokens * spec.channels;
  return {
    async sample(zs, label, rng) {
      const out = await program.run({
        z: float32(
          [zs.length, spec.zSize],
          zs.flatMap((z) => [...z]),
        ),
        label: int32(
          [zs.length],
          zs.map(() => label),
        ),
        eps: float32([zs.length, latent], rng.normals(zs.length * latent)),
      });
      const features = floats(out["features"], "features");
      return zs.map((_, i) => features.slice(i * size, (i + 1) * size));
    },
    dispose: () => program.dispose(),
  };
}

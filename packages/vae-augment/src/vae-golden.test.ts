import { type NdArray, type NdArrays, readSafetensors, unflatten } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf, toTensor } from "@ltad/jit";
import { type Conv2d, conv2d, convTranspose, linear, type Linear, silu } from "@ltad/jit/nn";
import { differentiate, leaves } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import golden from "./__fixtures__/vae.json" with { type: "json" };
import { klDivergence } from "./loss.js";
import { encode, sample } from "./vae.js";

const read = async (file: string) => (await readSafetensors(new URL(`__fixtures__/${file}`, import.meta.url).pathname)).arrays;
const [kl, decoder] = await Promise.all([read("kl.safetensors"), read("decoder.safetensors")]);

describe("KL and sampling", () => {
  const rows = { mu: kl["mu"]!, logVar: kl["log_var"]! };
  const [mu, logVar, eps] = ["mu", "log_var", "eps"].map((name) => toTensor(kl[name]!)) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];

  it("KL of every row: the prior itself, and variances from e^-20 to e^20", () => {
    const perRow = mu
      .unstack()
      .map((_, i) => klDivergence({ mu: mu.slice([i, 0], [1, 7]), logVar: logVar.slice([i, 0], [1, 7]) }).dataSync()[0]);
    expectClose(perRow as number[], toTensor(kl["kl"]!).sum(1).dataSync(), { rtol: 1e-6, atol: 1e-6 }, "rows");
    expect(perRow[0]).toBe(0);
  });

  it("gradients of KL and of the sample", () => {
    const ofKl = differentiate(rows, (p) => klDivergence(p as { mu: tf.Tensor2D; logVar: tf.Tensor2D }));
    expectClose([ofKl.loss], kl["kl_mean"]!.data, { rtol: 1e-6, atol: 0 }, "kl");
    expectClose(ofKl.gradients["mu"]!, kl["grad_kl.mu"]!.data, { rtol: 1e-6, atol: 1e-7 }, "mu");
    expectClose(ofKl.gradients["logVar"]!, kl["grad_kl.log_var"]!.data, { rtol: 2e-6, atol: 1e-7 }, "log_var");
    expectClose(sample({ mu, logVar }, eps).dataSync(), kl["sample"]!.data, { rtol: 2e-6, atol: 1e-6 }, "sample");
    const upstream = toTensor(kl["sample_upstream"]!);
    const ofSample = differentiate(rows, (p) =>
      sample(p as { mu: tf.Tensor2D; logVar: tf.Tensor2D }, eps)
        .mul(upstream)
        .sum(),
    );
    expectClose(ofSample.gradients["mu"]!, kl["grad_sample.mu"]!.data, { rtol: 1e-6, atol: 1e-7 }, "sample mu");
    expectClose(ofSample.gradients["logVar"]!, kl["grad_sample.log_var"]!.data, { rtol: 2e-6, atol: 1e-6 }, "sample log_var");
  });
});

describe("torch's decoder, built of these blocks", () => {
  const params = unflatten<NdArray>(under(decoder, "param."));
  const at = (name: string) => toTensor(decoder[name]!);
  const maps = (name: string) => at(name).transpose<tf.Tensor4D>([0, 2, 3, 1]); // NCHW in the file

  it("both synthetic maps", () => {
    const { first, second } = run(tensorsOf(params) as Golden, at("text") as tf.Tensor2D);
    expectClose(first.dataSync(), maps("synthetic.1").dataSync(), { rtol: 0, atol: 7e-6 }, "first");
    expectClose(second.dataSync(), maps("synthetic.2").dataSync(), { rtol: 0, atol: 7e-6 }, "second");
  });

  it("the loss, and its gradient for every parameter and the text", () => {
    const { loss, gradients } = differentiate({ params, text: decoder["text"]! }, (all) => {
      const { first, second, latent } = run(all["params"] as Golden, all["text"] as tf.Tensor2D);
      const error = (a: tf.Tensor, b: tf.Tensor) => a.sub(b).square().mean<tf.Scalar>();
      const reconstruction = error(first, maps("real.1")).add<tf.Scalar>(error(second, maps("real.2")));
      return reconstruction.add(klDivergence(latent).mul(golden.beta));
    });
    expectClose([loss], [golden.decoder_losses.total], { rtol: 0, atol: 2e-6 }, "loss");
    const { text, ...weights } = under(decoder, "grad.");
    const expected = leaves({ params: unflatten(weights), text: text! });
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { data }] of Object.entries(expected))
      expectClose(gradients[name]!, data, { rtol: 0, atol: 5e-6 * largest(data) }, name);
  });

  type Golden = Record<"mu" | "log_var" | "seed", Linear> & Record<"up1" | "up2" | "head1" | "head2", Conv2d>;

  /** F_mu, F_sigma, seed, two up-convolutions and two heads; maps NHWC. */
  function run(p: Golden, text: tf.Tensor2D) {
    const latent = encode(p, at("z_in") as tf.Tensor2D);
    const input = tf.concat([sample(latent, at("eps") as tf.Tensor2D), text], 1);
    const seed = silu(linear(p.seed, input)).reshape([-1, 8, 2, 3]).transpose<tf.Tensor4D>([0, 2, 3, 1]); // [3, 2, 3, 8]
    const hidden1 = silu(convTranspose(kernel(p.up1), seed, [4, 6]));
    const hidden2 = silu(padded(kernel(p.up2), hidden1));
    return { latent, first: conv2d(kernel(p.head1), hidden1), second: conv2d(kernel(p.head2), hidden2) };
  }

  /** torch [in, out, kh, kw] of a transposed convolution, or [out, in, kh, kw] of a plain one, as TF.js's. */
  function kernel({ weight, bias }: Conv2d): Conv2d {
    return { weight: weight.transpose([2, 3, 1, 0]), bias };
  }

  /** torch's kernel 3, stride 2, padding 1, output_padding 1: the full 9 x 13 without its first row and column. */
  function padded({ weight, bias }: Conv2d, x: tf.Tensor4D): tf.Tensor4D {
    const whole = tf.conv2dTranspose(x, weight as tf.Tensor4D, [3, 9, 13, 5], 2, "valid").add<tf.Tensor4D>(bias);
    return whole.slice([0, 1, 1, 0], [3, 8, 12, 5]);
  }
});

function under(arrays: NdArrays, prefix: string): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
  );
}

import { type NdArray, readSafetensors, type Tree } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf, toTensor } from "@ltad/jit";
import { differentiate, leaves } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import golden from "./__fixtures__/sad.json" with { type: "json" };
import { project } from "./project.js";
import { semantic, type SemanticParams } from "./semantic.js";
import { posterior, semanticLoss } from "./loss.js";

const { arrays } = await readSafetensors(new URL("__fixtures__/sad.safetensors", import.meta.url).pathname);
const array = (name: string) => arrays[name]!;
const phiOf = (prefix: string) =>
  Object.fromEntries(
    [0, 1, 2].map((l) => [l, { 0: { weight: array(`${prefix}phi.${l}.weight`), bias: array(`${prefix}phi.${l}.bias`) } }]),
  );
const params = { phi: phiOf(""), logit: { log_scale: array("log_scale") } };
const sad = semantic({ kind: "linear", logit: "posterior", groups: [5, 7, 11], textSize: 13 });
const text = { normal: array("text.normal"), abnormal: array("text.abnormal") };
const tokensOf = (part: string, prefix = "") =>
  tf.concat(
    [0, 1, 2].map((l) => toTensor(array(`${prefix}${part}.${l}`)) as tf.Tensor3D),
    2,
  );

describe.each(["normal", "abnormal"])("torch, %s patches", (part) => {
  it("projection, the two logits' difference and the posterior", () => {
    const weights = tensorsOf(params) as SemanticParams;
    const logit = sad.forward(weights, tokensOf(part), toTensor(text.normal) as tf.Tensor2D, toTensor(text.abnormal) as tf.Tensor2D);
    const pairs = toTensor(array(`logits.${part}`));
    const difference = pairs.gather([1], 2).sub(pairs.gather([0], 2));
    const projected = project(weights.phi, tokensOf(part));
    expectClose(projected.dataSync(), array(`projected.${part}`).data, { rtol: 1e-6, atol: 2e-6 }, "projected");
    expectClose(logit.dataSync(), difference.dataSync(), { rtol: 1e-5, atol: 1e-5 }, "logit");
    expectClose(posterior(logit).dataSync(), array(`posterior.${part}`).data, { rtol: 0, atol: 2e-6 }, "posterior");
  });
});

it("torch's loss and its gradient for weights, scale, text vectors and tokens", () => {
  const inputs: Tree<NdArray> = { params, text, tokens: { normal: read("normal"), abnormal: read("abnormal") } };
  const { loss, gradients } = differentiate(inputs, (all) => {
    const p = all as {
      params: SemanticParams;
      text: Record<"normal" | "abnormal", tf.Tensor2D>;
      tokens: Record<"normal" | "abnormal", tf.Tensor3D>;
    };
    const logitOf = (tokens: tf.Tensor3D) => sad.forward(p.params, tokens, p.text.normal, p.text.abnormal);
    return semanticLoss(logitOf(p.tokens.normal), logitOf(p.tokens.abnormal));
  });
  expectClose([loss], [golden.loss], { rtol: 0, atol: 2e-6 }, "loss");
  const expected = leaves({
    params: { phi: phiOf("grad."), logit: { log_scale: array("grad.log_scale") } },
    text: { normal: array("grad.text.normal"), abnormal: array("grad.text.abnormal") },
    tokens: { normal: read("normal", "grad."), abnormal: read("abnormal", "grad.") },
  });
  expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data }] of Object.entries(expected)) {
    expectClose(gradients[name]!, data, { rtol: 0, atol: 5e-6 * largest(data) }, name);
  }
});

it.each(golden.extreme_logits)("logits $logit_normal and $logit_abnormal", (row) => {
  const logit = tf.tensor2d([[row.logit_abnormal - row.logit_normal]]);
  const [normal, abnormal] = [tf.softplus(logit), tf.softplus(logit.neg())];
  expectClose(posterior(logit).dataSync(), [row.posterior_abnormal], { rtol: 0, atol: 1e-7 }, "posterior");
  expectClose(normal.dataSync(), [row.bce_label_0], { rtol: 1e-6, atol: 1e-30 }, "label 0");
  expectClose(abnormal.dataSync(), [row.bce_label_1], { rtol: 1e-6, atol: 1e-30 }, "label 1");
  const both = semanticLoss(logit, logit).dataSync();
  expectClose(both, [Math.fround(row.bce_label_0) / 2 + Math.fround(row.bce_label_1) / 2], { rtol: 1e-6, atol: 1e-30 }, "loss");
  const slope = tf
    .grad((x) => semanticLoss(x as tf.Tensor2D, tf.zerosLike(x as tf.Tensor2D)))(logit)
    .dataSync();
  expectClose(slope, [row.grad_label_0[1]! / 2], { rtol: 1e-5, atol: 1e-7 }, "slope");
});

/** The layers' patches as tokens, [B, N, 5 + 7 + 11]. */
function read(part: string, prefix = ""): NdArray {
  const tokens = tokensOf(part, prefix);
  return { dtype: "float32", shape: tokens.shape, data: tokens.dataSync() as Float32Array };
}

import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { f32, i32, tensorsOf } from "@ltad/jit";
import { expectSameSteps, expectSameValues } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { semantic, type SemanticConfig } from "./semantic.js";
import { posterior, semanticLoss } from "./loss.js";
import { textPrototypes } from "./prototypes.js";

// B = 2 images, T = 3 tokens, groups of 4 and 5 channels, K = 3 classes, E = 6
const configs: SemanticConfig[] = [
  { kind: "mlp", logit: "direction", groups: [4, 5], textSize: 6, hidden: 7 },
  { kind: "linear", logit: "posterior", groups: [4, 5], textSize: 6 },
];
const normal = (seed: string, ...shape: number[]): NdArray => float32(shape, createRng(seed).normals(shape.reduce((a, b) => a * b)));
const inputs = { tokens: normal("tokens", 2, 3, 9), spoilt: normal("spoilt", 2, 3, 9), classes: int32([2], [2, 0]) };
const tables = { normal: normal("normal", 3, 6), abnormal: normal("abnormal", 3, 6) };

describe.each(configs.map((config) => [config.kind, config] as const))("%s, compiled and eager", (_, config) => {
  const sad = semantic(config);
  const params = sad.init(createRng("compiled"));
  const texts = (t: Readonly<Record<"normal" | "abnormal", tf.Tensor>>, classes: tf.Tensor1D) =>
    [rows(t.normal, classes), rows(t.abnormal, classes)] as const;

  it("logit and posterior, with a free batch size", async () => {
    const { tokens, classes } = inputs;
    await expectSameValues(
      (i) => {
        const logit = sad.forward(tensorsOf(params), i.tokens, ...texts(tensorsOf(tables), i.classes));
        return { logit, posterior: posterior(logit) };
      },
      { tokens: f32(null, 3, 9), classes: i32(null) },
      { tokens, classes },
    );
  });

  it("two training steps", async () => {
    await expectSameSteps(
      {
        params,
        inputs: { tokens: f32(2, 3, 9), spoilt: f32(2, 3, 9), classes: i32(2) },
        constants: tables,
        loss: (p, { tokens, spoilt, classes }, t) => {
          const both = texts(t, classes);
          return { loss: semanticLoss(sad.forward(p, tokens, ...both), sad.forward(p, spoilt, ...both)) };
        },
      },
      inputs,
    );
  });
});

it("prototypes, compiled and eager", async () => {
  const weight = normal("T", 4, 6);
  await expectSameValues(
    ({ names, a, broken, weight: w }) => {
      const forwardText = (tokens: tf.Tensor3D) => tf.matMul<tf.Tensor2D>(tokens.mean(1), w);
      return { ...textPrototypes(forwardText, { normal: a, abnormal: broken }, names) };
    },
    { names: f32(3, 2, 4), a: f32(1, 4), broken: f32(2, 4), weight: f32(4, 6) },
    { names: normal("names", 3, 2, 4), a: normal("a", 1, 4), broken: normal("a broken", 2, 4), weight },
  );
});

function rows(table: tf.Tensor, classes: tf.Tensor1D): tf.Tensor2D {
  return tf.gather(table as tf.Tensor2D, classes);
}

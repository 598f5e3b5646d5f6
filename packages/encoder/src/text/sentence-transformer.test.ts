import { createRng, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { plainSentenceTransformer } from "../testing/plain-sentence-transformer.js";
import { tinySentencePlan, tinyTextEncoder } from "../testing/tiny-encoders.js";
import type { SentenceParams } from "./sentence-transformer.js";

const encoder = tinyTextEncoder(createRng("weights"));
const params = tensorsOf(encoder.params);
const { tokenSize, maxTokens, heads } = tinySentencePlan;
const tokensOf = (texts: number, length: number, seed = "tokens") =>
  tf.tensor3d(createRng(seed).normals(texts * length * tokenSize), [texts, length, tokenSize]);

describe("sentenceTransformer", () => {
  it.each([1, 2, 5, maxTokens])("equals the plain definition for %d tokens", (length) => {
    const tokens = tokensOf(1, length);
    const expected = plainSentenceTransformer(encoder.params as SentenceParams<NdArray>, tokens.arraySync()[0]!, heads);
    expectClose(encoder.forward(params, tokens).dataSync(), expected, { rtol: 1e-5, atol: 1e-6 }, "vector");
  });

  it("gives each row of a batch what it gives it alone", () => {
    const batch = tokensOf(3, 4);
    const together = encoder.forward(params, batch);
    expect(together.shape).toEqual([3, encoder.size]);
    for (let i = 0; i < 3; i++)
      expectClose(
        together.slice([i, 0], [1, -1]).dataSync(),
        encoder.forward(params, batch.slice([i, 0, 0], [1, -1, -1])).dataSync(),
        { rtol: 1e-6, atol: 1e-6 },
        `row ${i}`,
      );
  });

  it("gives token embeddings the gradient of finite differences", () => {
    const tokens = tokensOf(2, 3);
    const aim = tf.tensor2d(createRng("aim").normals(2 * encoder.size), [2, encoder.size]);
    const loss = (x: tf.Tensor) => tf.sum<tf.Scalar>(encoder.forward(params, x as tf.Tensor3D).mul(aim));
    const gradient = tf.grad(loss)(tokens).dataSync();
    // Differences in double precision by the plain definition, which the first test ties to this function.
    const values = Float64Array.from(tokens.dataSync());
    const plainLoss = () =>
      [0, 1].reduce((sum, row) => {
        const rows = [0, 1, 2].map((l) => Array.from(values.subarray((row * 3 + l) * tokenSize, (row * 3 + l + 1) * tokenSize)));
        const vector = plainSentenceTransformer(encoder.params as SentenceParams<NdArray>, rows, heads);
        return sum + vector.reduce((total, value, s) => total + value * aim.dataSync()[row * encoder.size + s]!, 0);
      }, 0);
    const differences = values.map((value, i) => {
      const [up, down] = [1e-5, -1e-5].map((step) => {
        values[i] = value + step;
        const result = plainLoss();
        values[i] = value;
        return result;
      }) as [number, number];
      return (up - down) / 2e-5;
    });
    expectClose(gradient, differences, { rtol: 1e-4, atol: 1e-5 }, "gradient");
    expect(Math.max(...gradient)).toBeGreaterThan(0.01);
  });

  it("knows the order of tokens, and leaves out those after the last it reads", () => {
    const tokens = tokensOf(1, maxTokens + 3);
    const cut = tokens.slice([0, 0, 0], [1, maxTokens, -1]);
    expectClose(encoder.forward(params, tokens).dataSync(), encoder.forward(params, cut).dataSync(), { rtol: 0, atol: 0 });
    const turned = encoder.forward(params, tf.reverse(cut, 1)).sub(encoder.forward(params, cut)).abs().max().dataSync()[0];
    expect(turned).toBeGreaterThan(1e-3);
  });

  it("refuses no tokens and tokens of another size, by shape", () => {
    for (const shape of [
      [1, 0, tokenSize],
      [1, 2, tokenSize + 1],
    ] as [number, number, number][])
      expect(() => encoder.forward(params, tf.zeros(shape))).toThrow(
        expect.objectContaining({ code: "LTAD_SHAPE", message: expect.stringContaining(`received [${shape.join(", ")}]`) as string }),
      );
  });
});

describe("TextEncoder", () => {
  it("looks up tokens, and knows their mean", () => {
    const table = encoder.embed(Array.from({ length: tinySentencePlan.vocabulary }, (_, id) => id));
    expect(encoder.embed([7, 3]).shape).toEqual([2, tokenSize]);
    expect(encoder.embed([7, 3]).data.slice(0, tokenSize)).toEqual(table.data.slice(7 * tokenSize, 8 * tokenSize));
    const mean = tf.mean(tf.tensor2d(table.data as Float32Array, table.shape as [number, number]), 0).dataSync();
    expectClose(encoder.meanToken, mean, { rtol: 1e-5, atol: 1e-6 }, "mean");
    expect(encoder.embed([]).shape).toEqual([0, tokenSize]);
  });

  it.each([-1, tinySentencePlan.vocabulary, 1.5, Number.NaN])("refuses the id %d", (id) => {
    expect(() => encoder.embed([0, id])).toThrow(expect.objectContaining({ code: "LTAD_SHAPE" }));
  });

  it("has one id for one set of numbers", () => {
    expect(tinyTextEncoder(createRng("weights")).id).toBe(encoder.id);
    expect(tinyTextEncoder(createRng("others")).id).not.toBe(encoder.id);
  });
});

import { floats, isNdArray, openSafetensors, unflatten } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf, toTensor } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { arraysFixture, fixture } from "../testing/fixtures.js";
import { bert, type BertParams, bertShapes } from "./bert.js";
import { lookUp } from "./token-table.js";

const io = await arraysFixture("__fixtures__/bert/io.safetensors");
const shapes = bertShapes({ width: 28, layers: 3, hidden: 50, positions: 64, types: 2 });
const checkpoint = await openSafetensors(fixture("__fixtures__/bert/model.safetensors"));
const params = tensorsOf(unflatten(await checkpoint.read(Object.keys(shapes)))) as unknown as BertParams;
const table = (await checkpoint.read(["embeddings.word_embeddings.weight"]))["embeddings.word_embeddings.weight"]!;
const plan = { heads: 4, epsilon: 1e-12, activation: "gelu" } as const;

const floatMask = (name: string) => toTensor({ ...io[name]!, dtype: "float32", data: Float32Array.from(io[name]!.data) }) as tf.Tensor2D;
const expectNear = (actual: tf.Tensor, name: string) => {
  const expected = io[name]!;
  expect(actual.shape).toEqual(expected.shape);
  expectClose(actual.dataSync(), expected.data, { rtol: 0, atol: 5e-6 * largest(expected.data) }, name);
};

describe("bert", () => {
  it("has the golden's parameters, no more and no fewer", () => {
    expect(isNdArray(table)).toBe(true);
    const rest = Object.keys(checkpoint.tensors).filter((name) => !(name in shapes));
    expect(rest.sort()).toEqual(["embeddings.word_embeddings.weight", "pooler.dense.bias", "pooler.dense.weight"]);
    for (const [name, shape] of Object.entries(shapes)) expect(checkpoint.tensors[name]?.shape).toEqual(shape);
  });

  it("gives every layer's output for ids with padding", () => {
    const words = lookUp(floats(table, "table"), 28, Array.from(io["ids.input_ids"]!.data), "bert");
    const hidden = bert(params, toTensor({ ...words, shape: [4, 12, 28] }) as tf.Tensor3D, floatMask("ids.attention_mask"), plan);
    expect(hidden).toHaveLength(4);
    for (const [l, x] of hidden.entries()) expectNear(x, `ids.hidden.${l}`);
  });

  it("gives output and gradient for word vectors from outside", () => {
    const upstream = toTensor(io["embeds.upstream"]!);
    const forward = (words: tf.Tensor) => bert(params, words as tf.Tensor3D, floatMask("embeds.attention_mask"), plan).at(-1)!;
    const words = toTensor(io["embeds.inputs_embeds"]!);
    expectNear(forward(words), "embeds.last_hidden_state");
    const scalar = (x: tf.Tensor) => forward(x).slice([0, 0, 0], [-1, 1, -1]).reshape([3, 28]).mul(upstream).sum();
    expectNear(scalar(words), "embeds.scalar");
    expectNear(tf.grad(scalar)(words), "embeds.grad_inputs_embeds");
  });
});

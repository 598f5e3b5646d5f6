import { flatten, float32, floats, int32, isNdArray, type NdArray, type NdArrays, openSafetensors } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { f32, jit, tensorsOf, toTensor, trainStep } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { arraysFixture, fixture, jsonFixture } from "../testing/fixtures.js";
import { formulaCheckpoint } from "../testing/formula-weights.js";
import { openTextEncoder } from "./open-text-encoder.js";
import type { TextEncoder } from "./text-encoder.js";
import { textFeatures, type TowerParams } from "./tower-encoder.js";

const expectNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, name: string) =>
  expectClose(actual, expected, { rtol: 0, atol: tolerance * largest(expected) }, name);

/** Rows of ids with padding 0 as [B, L, D] word vectors and a mask, without the first and the last id of each row, which the encoder adds. */
function inner(encoder: TextEncoder, rows: readonly (readonly number[])[]) {
  const length = Math.max(...rows.map((row) => row.length)) - 2;
  const ids = rows.map((row) => row.slice(1, -1));
  const mask = float32(
    [rows.length, length],
    ids.flatMap((row) => Array.from({ length }, (_, i) => (i < row.length ? 1 : 0))),
  );
  const padded = ids.flatMap((row) => Array.from({ length }, (_, i) => row[i] ?? 0));
  return { words: { ...encoder.embed(padded), shape: [rows.length, length, encoder.tokenSize] }, mask };
}

describe("ALIGN's text tower", async () => {
  const io = await arraysFixture("__fixtures__/align/io.safetensors");
  const config = await jsonFixture("__fixtures__/align/config.json");
  const checkpoint = await openSafetensors(fixture("__fixtures__/align/model.safetensors"));
  const context = {
    source: "align",
    name: "align-tiny",
    config,
    tokenizer: await readFile(fixture("__fixtures__/align/tokenizer.json"), "utf8"),
    pooling: "mean",
  } as const;
  const encoder = await openTextEncoder(checkpoint, context);
  const params = tensorsOf(encoder.params);
  const plan = {
    name: "x",
    tower: { kind: "bert", heads: 4, epsilon: 1e-12, activation: "gelu" },
    pooling: "first",
    positions: 20,
  } as const;

  const rows = (ids: NdArray, mask: NdArray) => {
    const [count, length] = ids.shape as [number, number];
    return Array.from({ length: count }, (_, b) =>
      Array.from(ids.data.subarray(b * length, (b + 1) * length)).filter((_id, i) => mask.data[b * length + i] === 1),
    );
  };

  it("gives the golden's text vectors for ids of different lengths", () => {
    const { words, mask } = inner(encoder, rows(io["text.input_ids"]!, io["text.attention_mask"]!));
    const [x, m] = [toTensor(words) as tf.Tensor3D, toTensor(mask) as tf.Tensor2D];
    expectNear(textFeatures(params as unknown as TowerParams, x, m, plan).dataSync(), io["text.text_features"]!.data, 8e-6, "features");
    expectNear(encoder.forward(params, x, m).dataSync(), io["text.text_embeds"]!.data, 8e-6, "embeds");
  });

  it("gives each text alone what it gives it in a batch", () => {
    for (const [b, row] of rows(io["text.input_ids"]!, io["text.attention_mask"]!).entries()) {
      const { words } = inner(encoder, [row]);
      const expected = io["text.text_embeds"]!.data.slice(b * 80, (b + 1) * 80);
      expectNear(encoder.forward(params, toTensor(words) as tf.Tensor3D).dataSync(), expected, 8e-6, `text ${b}`);
    }
  });

  // names.*: row b has the word vector of id 2 in front, free vectors, id 3, then padding: a learned class name between its special tokens.
  const names = () => {
    const [count, length, size] = io["names.inputs_embeds"]!.shape as [number, number, number];
    const all = io["names.attention_mask"]!.data;
    const tokens = float32(
      [count, length - 2, size],
      Array.from(io["names.inputs_embeds"]!.data).filter((_, i) => {
        const place = Math.floor(i / size) % length;
        return place > 0 && place < length - 1;
      }),
    );
    const mask = float32(
      [count, length - 2],
      Array.from({ length: count * (length - 2) }, (_, i) => all[Math.floor(i / (length - 2)) * length + (i % (length - 2)) + 2]!),
    );
    return { tokens, mask, size, length, count };
  };

  it("gives a learned class name the golden's vector and gradient", () => {
    const { tokens, mask, size, length, count } = names();
    const upstream = toTensor(io["upstream"]!);
    const forward = (x: tf.Tensor) => encoder.forward(params, x as tf.Tensor3D, toTensor(mask) as tf.Tensor2D);
    expectNear(forward(toTensor(tokens)).dataSync(), io["names.text_embeds"]!.data, 8e-6, "embeds");
    const gradient = tf
      .grad((x) => forward(x).mul(upstream).sum())(toTensor(tokens))
      .dataSync();
    const full = io["names.grad_inputs_embeds"]!.data;
    const expected = Float32Array.from(gradient, (_, i) => {
      const [b, place] = [Math.floor(i / (size * (length - 2))), (Math.floor(i / size) % (length - 2)) + 1];
      const learned = mask.data[b * (length - 2) + place - 1] === 1; // the end token is the encoder's own: no gradient comes out there
      return learned ? full[(b * length + place) * size + (i % size)]! : 0;
    });
    expect(mask.data.filter((m) => m === 0).length).toBeGreaterThan(0);
    expectClose(gradient, expected, { rtol: 0, atol: 5e-6 * largest(full) }, "gradient");
    expect(count).toBe(4);
  });

  it("gives the same through the compiled graph", async () => {
    const { tokens, mask } = names();
    const program = await jit(
      (inputs, { text }) => ({ vector: encoder.forward(text, inputs.tokens, inputs.mask) }),
      { tokens: f32(null, mask.shape[1]!, encoder.tokenSize), mask: f32(null, mask.shape[1]!) },
      { constants: { text: encoder.params }, threads: 1 },
    );
    expectNear((await program.run({ tokens, mask })).vector.data, io["names.text_embeds"]!.data, 8e-6, "compiled");
    await program.dispose();
  });

  it("lets names learn in a compiled training step, its weights frozen", async () => {
    const { tokens } = names();
    const program = await trainStep({
      params: { tokens },
      inputs: { aim: f32(4, 80) },
      constants: { text: encoder.params },
      loss: ({ tokens: learned }, inputs, { text }) => ({
        loss: encoder
          .forward(text, learned as tf.Tensor3D)
          .sub(inputs.aim)
          .square()
          .sum<tf.Scalar>(),
      }),
      optimiser: { weightDecay: 0 },
      threads: 1,
    });
    const aim = io["names.text_embeds"]!;
    const losses: number[] = [];
    for (let i = 0; i < 25; i++) losses.push((await program.step({ aim }, { learningRate: 0.03 })).loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    await program.dispose();
  });

  it("leaves tokens out that its positions do not reach, and refuses a wrong width", () => {
    expect(encoder.maxTokens).toBe(18);
    const long = tf.ones<tf.Rank.R3>([1, 30, 32]);
    expect(encoder.forward(params, long).dataSync()).toEqual(encoder.forward(params, long.slice([0, 0, 0], [1, 18, 32])).dataSync());
    expect(() => encoder.forward(params, tf.ones([1, 3, 31]))).toThrow(
      "align-tiny: expected tokens [texts, 1 or more, 32], received [1, 3, 31]",
    );
    expect(encoder.tokenize("ab")).toEqual([4, 7]);
  });

  it("names the first tensor that does not fit, and a config of another model", async () => {
    const projection = "text_projection.weight";
    const { [projection]: _, ...rest } = checkpoint.tensors;
    await expect(openTextEncoder({ ...checkpoint, tensors: rest }, context)).rejects.toThrow(
      "align: text_projection.weight: expected [0, 32], received nothing",
    );
    const wide = { ...(config as object), text_config: { ...(config as { text_config: object }).text_config, intermediate_size: 64 } };
    await expect(openTextEncoder(checkpoint, { ...context, config: wide })).rejects.toThrow(
      "align: text_model.encoder.layer.0.intermediate.dense.weight: expected [64, 32], received [48, 32]",
    );
    await expect(openTextEncoder(checkpoint, { ...context, config: { model_type: "t5" } })).rejects.toThrow(
      'model_type: expected bert, align, clip or clip_text_model, received "t5"',
    );
    await expect(openTextEncoder(checkpoint, { ...context, tokenizer: "{" })).rejects.toThrow("align: tokenizer.json: is not JSON");
  });
});

interface Golden {
  readonly config: unknown;
  readonly tensors: Record<string, number[]>;
  readonly texts?: string[];
  readonly ids: number[][];
  readonly vectors: { shape: number[]; data: number[] };
  readonly upstream: { shape: number[]; data: number[] };
  readonly gradient: { shape: number[]; data: number[] };
}

describe.each([
  ["a sentence BERT, mean of all tokens", "sentence-bert.json", fixture("__fixtures__/bert/tokenizer.json")],
  ["CLIP, end of text", "clip.json", fixture("text/__fixtures__/clip-tokenizer.json")],
])("%s", async (_, file, tokenizerFile) => {
  const golden = await jsonFixture<Golden>(`text/__fixtures__/${file}`);
  const context = {
    source: file,
    name: file,
    config: golden.config,
    tokenizer: await readFile(tokenizerFile, "utf8"),
    pooling: "mean",
  } as const;
  const encoder = await openTextEncoder(formulaCheckpoint(golden.tensors), context);
  const params = tensorsOf(encoder.params);

  it("equals transformers in vectors and in the gradient to the word vectors", () => {
    const { words, mask } = inner(encoder, golden.ids);
    const [x, m] = [toTensor(words) as tf.Tensor3D, toTensor(mask) as tf.Tensor2D];
    const forward = (tokens: tf.Tensor) => encoder.forward(params, tokens as tf.Tensor3D, m);
    expectNear(forward(x).dataSync(), golden.vectors.data, 1e-5, "vectors");
    const upstream = tf.tensor2d(golden.upstream.data, golden.upstream.shape as [number, number]);
    const gradient = tf
      .grad((tokens) => forward(tokens).mul(upstream).sum())(x)
      .dataSync();
    const [count, length, size] = golden.gradient.shape as [number, number, number];
    for (let b = 0; b < count; b++) {
      const own = golden.ids[b]!.length - 2;
      const expected = golden.gradient.data.slice((b * length + 1) * size, (b * length + 1 + own) * size);
      const found = gradient.slice(b * (length - 2) * size, (b * (length - 2) + own) * size);
      expectClose(found, expected, { rtol: 0, atol: 1e-5 * largest(golden.gradient.data) }, `gradient of text ${b}`);
    }
  });

  it("tokenises as transformers does", () => {
    for (const [i, text] of (golden.texts ?? []).entries()) expect(encoder.tokenize(text), text).toEqual(golden.ids[i]!.slice(1, -1));
  });
});

describe("a BERT with old names", async () => {
  const golden = await jsonFixture<Golden>("text/__fixtures__/sentence-bert.json");
  it("is read as one with new names, also below a prefix", async () => {
    const checkpoint = formulaCheckpoint(golden.tensors);
    const old = (name: string) => `bert.${name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")}`;
    const now = new Map(Object.keys(checkpoint.tensors).map((name) => [old(name), name]));
    const renamed = {
      ...checkpoint,
      tensors: {
        ...Object.fromEntries(Object.entries(checkpoint.tensors).map(([name, info]) => [old(name), info])),
        "bert.embeddings.position_ids": { dtype: "I64", shape: [1, 12] },
        "cls.predictions.bias": { dtype: "F32", shape: [305] },
      },
      read: async (names: readonly string[]): Promise<NdArrays> => {
        const arrays = await checkpoint.read(names.map((name) => now.get(name) ?? name));
        return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [old(name), array]));
      },
    };
    const context = {
      source: "x",
      name: "x",
      config: golden.config,
      tokenizer: await readFile(fixture("__fixtures__/bert/tokenizer.json"), "utf8"),
      pooling: "mean",
    } as const;
    const [a, b] = [await openTextEncoder(checkpoint, context), await openTextEncoder(renamed, context)];
    expect(b.id).toBe(a.id);
    expect(floats(flatten(a.params, isNdArray)["special.begin"], "begin")).toEqual(a.embed([6]).data);
    expect(() => a.embed([305])).toThrow("x: expected token ids from 0 to 304, received 305");
    expect(int32([1], [a.size]).data[0]).toBe(24);
  });
});

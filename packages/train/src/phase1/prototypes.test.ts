import { createRng, float32, type NdArray } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { tinyTextEncoder } from "@ltad/encoder/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { prototypesOf } from "./prototypes.js";
import { configs } from "../testing/tiny-set.js";

// K 3 classes, M 5 tokens of 6 numbers, text vectors of 8.

const text = tinyTextEncoder(createRng("class-names"));
const names = float32([3, 5, 6], createRng("names").normals(3 * 5 * 6, 0.3));
const { recommended } = configs;
const prototypes = (seed: number, kind: "learned" | "random" = "learned") =>
  prototypesOf({ text, config: { ...recommended, names: { ...recommended.names, prototypes: kind } }, seed }, names);

describe("prototypesOf", () => {
  it("is T([v; s_c]) at unit length, one class at a time", async () => {
    const { normal, abnormal } = await prototypes(1);
    expect([normal.shape, abnormal.shape]).toEqual([
      [3, 8],
      [3, 8],
    ]);
    expectClose(normal.data, plain(recommended.names.normalPrompt), { rtol: 1e-4, atol: 1e-5 }, "normal");
    expectClose(abnormal.data, plain(recommended.names.abnormalPrompt), { rtol: 1e-4, atol: 1e-5 }, "abnormal");
  });

  it("does not depend on the seed, and leaves the names as they are", async () => {
    const before = Array.from(names.data);
    const [first, other] = [await prototypes(1), await prototypes(2)];
    expect(other).toEqual(first);
    expect(Array.from(names.data)).toEqual(before);
  });

  it("random: unit rows, all different, the same with the same seed", async () => {
    const [first, same, other] = [await prototypes(1, "random"), await prototypes(1, "random"), await prototypes(2, "random")];
    const rows = [...rowsOf(first.normal), ...rowsOf(first.abnormal)];
    expectClose(
      rows.map((row) => Math.hypot(...row)),
      [1, 1, 1, 1, 1, 1],
      { rtol: 1e-6, atol: 0 },
      "length",
    );
    expect(new Set(rows.map(([x]) => x)).size).toBe(6);
    expect(same).toEqual(first);
    expect(rowsOf(other.normal)).not.toEqual(rowsOf(first.normal));
  });
});

function plain(prompt: string): number[] {
  const prefix = text.embed(text.tokenize(prompt));
  expect(prefix.shape[0]).toBeGreaterThan(0);
  return [0, 1, 2].flatMap((k) => {
    const tokens = [...prefix.data, ...names.data.slice(k * 30, (k + 1) * 30)];
    const vector = text.forward(tensorsOf(text.params), tf.tensor3d(tokens, [1, tokens.length / 6, 6])).arraySync()[0]!;
    return vector.map((x) => x / Math.hypot(...vector));
  });
}

function rowsOf({ data }: NdArray): number[][] {
  return [0, 1, 2].map((k) => Array.from(data.slice(k * 8, (k + 1) * 8)));
}

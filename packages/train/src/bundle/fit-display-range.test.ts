import { float32 } from "@ltad/core";
import { f32, i32, toOnnx } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { spec } from "../testing/tiny-set.js";
import { fitDisplayRange } from "./fit-display-range.js";
import type { TrainingSet } from "../run/training-set.js";

// A head whose map is feature 0 + 1000 * class (z is taken and multiplied by 0): what the range must be is known.

const [N, C] = [spec.tokens, spec.channels];
const head = toOnnx(
  ({ features, z, class: label }) => {
    const own = tf.slice(features, [0, 0, 0], [-1, -1, 1]).reshape([-1, 4, 4]);
    const rest = tf.sum(z, 1).mul(0).add(label.toFloat().mul(1000));
    return { map: own.add(rest.reshape([-1, 1, 1])) };
  },
  { features: f32(null, N, C), z: f32(null, spec.zSize), class: i32(null) },
);

describe("fitDisplayRange", () => {
  it("from the 99th percentile to three times as far above the median as the 99.9th lies", async () => {
    const { set } = setOf(100, (image, n) => image * N + n); // values 0 to 1599
    const { low, high } = await fitDisplayRange(set, head);
    expect(low).toBe(1584); // 99 % of 1600 lie below
    expect(high).toBe(800 + 6 * (1598 - 800));
  });

  it("looks at 100 images at most, from everywhere in the set, with their own class", async () => {
    const { set, read } = setOf(
      250,
      () => 1,
      (image) => (image < 249 ? 0 : 1),
    );
    const { low, high } = await fitDisplayRange(set, head);
    expect(read).toEqual(Array.from({ length: 84 }, (_, i) => 3 * i));
    expect(low).toBe(1001); // the last image is of class 1 and more than 1 % of the values
    expect(high).toBeGreaterThan(low);
  });

  it("a map that is the same everywhere still has a range", async () => {
    const { low, high } = await fitDisplayRange(setOf(3, () => 0.25).set, head);
    expect([low, high]).toEqual([0.25, 0.251]);
  });
});

/** Images whose feature 0 is known; all other numbers must not matter. */
function setOf(count: number, value: (image: number, n: number) => number, classOf: (image: number) => number = () => 0) {
  const read: number[] = [];
  const labels = Array.from({ length: count }, (_, image) => classOf(image));
  const set: TrainingSet = {
    classes: ["a", "b"],
    counts: [count, 0],
    labels,
    store: {
      async read(image) {
        read.push(image);
        const features = new Float32Array(N * C).map((_, i) => (i % C === 0 ? value(image, i / C) : -9999));
        return { features: float32([1, N, C], features), z: float32([1, spec.zSize], new Float32Array(spec.zSize).fill(5)) };
      },
    },
  };
  return { set, read };
}

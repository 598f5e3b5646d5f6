import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { unitLength } from "./unit-length.js";

const rows = tf.tensor2d([0, 0, 3, 4, -6, 8], [3, 2]);

describe.each([undefined, { add: 1e-20 }, { atLeast: 1e-12 }])("unitLength guarded by %j", (guard) => {
  it("scales rows to length 1, and leaves a row of zeros", () => {
    expectClose(unitLength(rows, guard).dataSync(), [0, 0, 0.6, 0.8, -0.6, 0.8], { rtol: 1e-6, atol: 0 }, "rows");
  });

  it("has finite gradients, also at zero", () => {
    const gradient = tf
      .grad((x) => unitLength(x, guard).sum())(rows)
      .dataSync();
    expect([...gradient].every(Number.isFinite)).toBe(true);
  });
});

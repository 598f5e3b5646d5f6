import * as tf from "@tensorflow/tfjs";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, it } from "vitest";
import { classDistances } from "./class-distances.js";

// B 2 images, Dz 7, K 3 classes.

const rng = createRng(6);

describe("classDistances", () => {
  it("is the mean squared distance of the standardised z", () => {
    const [z, zMean, zDeviation, classZ] = [rng.normals(14), rng.normals(7), rng.uniforms(7, 1, 2), rng.normals(21)];
    const tables = { zMean: tf.tensor1d(zMean), zDeviation: tf.tensor1d(zDeviation), classZ: tf.tensor2d(classZ, [3, 7]) };
    const actual = classDistances(tables, tf.tensor2d(z, [2, 7])).dataSync();
    const expected = [0, 1].flatMap((b) =>
      [0, 1, 2].map((k) => {
        let sum = 0;
        for (let i = 0; i < 7; i++) sum += ((z[b * 7 + i]! - zMean[i]!) / zDeviation[i]! - classZ[k * 7 + i]!) ** 2;
        return sum / 7;
      }),
    );
    expectClose(actual, expected, { rtol: 1e-5, atol: 1e-6 });
  });
});

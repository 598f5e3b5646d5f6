import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { reconstructionLoss, squaredError } from "./loss.js";

const shape: [number, number, number] = [2, 3, 5];
const output = tf.tensor3d(createRng("output").normals(30), shape);
const tokens = tf.tensor3d(createRng("tokens").normals(30), shape);
const squares = output
  .arraySync()
  .map((image, b) => image.map((token, t) => token.map((x, i) => (x - tokens.arraySync()[b]![t]![i]!) ** 2)));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

it("loss and score are what they are called", () => {
  expectClose(reconstructionLoss(output, tokens).dataSync(), [sum(squares.flat(2)) / 30], { rtol: 1e-6, atol: 0 }, "loss");
  expectClose(squaredError(output, tokens).dataSync(), squares.flat().map(sum), { rtol: 1e-6, atol: 0 }, "score");
});

it("a perfect reconstruction scores 0", () => {
  expect([...squaredError(tokens, tokens).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
});

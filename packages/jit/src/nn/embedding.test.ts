import { createRng } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { tensorsOf } from "../tensors.js";
import { embedding, firstRows, initEmbedding } from "./embedding.js";

const table = tensorsOf(initEmbedding(5, 3, createRng("embedding"), 1));
const rows = table.weight.arraySync() as number[][];

it("gives the rows at the indices, one gradient for each time that a row is read", () => {
  const indices = tf.tensor2d([4, 0, 0, 2], [2, 2], "int32");
  expect(embedding(table, indices).arraySync()).toEqual([
    [rows[4], rows[0]],
    [rows[0], rows[2]],
  ]);
  const gradient = tf.grad((weight) => embedding({ weight }, indices).sum())(table.weight);
  expect(gradient.arraySync()).toEqual([2, 0, 1, 0, 1].map((count) => [count, count, count]));
});

it("gives the first rows", () => {
  expect(firstRows(table, 2).arraySync()).toEqual(rows.slice(0, 2));
});

import { float32 } from "@ltad/core";
import { f32, jit } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { recordPrograms } from "./record-programs.js";
import { drift } from "./recorded-program.js";

it("keeps every graph that was run, with the arrays of its first run", async () => {
  const programs = await recordPrograms(async () => {
    const program = await jit(({ x }) => ({ y: tf.add(x, 1) }), { x: f32(2) });
    for (const data of [
      [1, 2],
      [3, 4],
    ])
      await program.run({ x: float32([2], data) });
    await program.dispose();
  });
  expect(programs).toHaveLength(1);
  expect([...programs[0]!.inputs["x"]!.data]).toEqual([1, 2]);
  expect([...programs[0]!.outputs["y"]!.data]).toEqual([2, 3]);
  const later = await jit(({ x }) => ({ y: tf.add(x, 1) }), { x: f32(2) });
  await later.run({ x: float32([2], [5, 6]) });
  await later.dispose();
  expect(programs).toHaveLength(1);
});

it("measures differences in shares of the largest number", () => {
  expect(drift([1, 2, 9], [1, 2, 10])).toBe(0.1);
  expect(drift([NaN, Infinity, 1], [NaN, Infinity, 1])).toBe(0);
  expect(drift([NaN], [1])).toBe(Infinity);
  expect(drift([1], [1, 2])).toBe(Infinity);
});

import { expect, it } from "vitest";
import * as api from "./index.js";
import * as testing from "./testing.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bool",
      "constantSchedule",
      "cosineSchedule",
      "f32",
      "i32",
      "jit",
      "linearSchedule",
      "openProgram",
      "registerGradients",
      "saveOnnx",
      "stepSchedule",
      "tensorsOf",
      "toNdArray",
      "toOnnx",
      "toTensor",
      "trainStep",
      "trainStepToOnnx",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "descend",
      "differentiate",
      "expectSameSteps",
      "expectSameValues",
      "leaves",
    ]
  `);
});

import { expect, it } from "vitest";
import * as api from "./index.js";
import * as runtime from "@ltad/runtime";
import * as testing from "./testing.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "attention",
      "compactWeight",
      "cosineSchedule",
      "gelu",
      "initLinear",
      "isCompactable",
      "jit",
      "layerNorm",
      "linear",
      "linearSchedule",
      "openProgram",
      "quantised",
      "registerGradients",
      "resizeBilinear",
      "saveOnnx",
      "stepSchedule",
      "tensorsOf",
      "toNdArray",
      "toOnnx",
      "toTensor",
      "trainStep",
      "trainStepToOnnx",
      "xavierUniform",
      "zeroLinear",
    ]
  `);
  expect(Object.keys(runtime).sort()).toMatchInlineSnapshot(`
    [
      "openProgram",
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

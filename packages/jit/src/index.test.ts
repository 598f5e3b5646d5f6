import { expect, it } from "vitest";
import * as api from "./index.js";
import * as runtime from "./runtime.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "cosineSchedule",
      "gelu",
      "isNdArray",
      "jit",
      "layerNorm",
      "linearSchedule",
      "openProgram",
      "registerGradients",
      "resizeBilinear",
      "stepSchedule",
      "tensorsOf",
      "toNdArray",
      "toOnnx",
      "toTensor",
      "trainStep",
    ]
  `);
  expect(Object.keys(runtime).sort()).toMatchInlineSnapshot(`
    [
      "openProgram",
    ]
  `);
});

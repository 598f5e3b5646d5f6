import { expect, it, vi } from "vitest";

vi.mock("@tensorflow/tfjs", () => {
  throw new Error("@ltad/detector imported TensorFlow.js: predicting must start fast; only @ltad/detector/write may");
});

it("exports what its README says, without TensorFlow.js", async () => {
  const api = await import("./index.js");
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bundleVersion",
      "checkAnswer",
      "displayRange",
      "heatMap",
      "loadBundle",
      "manifestSchema",
      "mapPng16",
      "modelInput",
      "openDetector",
      "overlay",
      "probe",
      "readPixels",
      "storeCheck",
      "upsampleBilinear",
      "writeBundle",
    ]
  `);
});

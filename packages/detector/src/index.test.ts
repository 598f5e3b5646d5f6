import { expect, it } from "vitest";

it("exports what its README says", async () => {
  const api = await import("./index.js");
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bundleVersion",
      "checkAnswer",
      "createDriftMonitor",
      "decide",
      "displayRange",
      "heatMap",
      "limitOf",
      "loadBundle",
      "manifestSchema",
      "mapPng16",
      "modelInput",
      "openDetector",
      "overlay",
      "probe",
      "rangeFor",
      "readManifest",
      "readPixels",
      "storeCheck",
      "updateManifest",
      "upsampleBilinear",
      "usualOf",
      "withGoodImages",
      "withLimit",
      "writeBundle",
    ]
  `);
});

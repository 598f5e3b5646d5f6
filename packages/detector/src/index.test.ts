import { expect, it } from "vitest";
import * as web from "./web.js";

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
      "judgedPixels",
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

it("exports these names to a browser", () => {
  expect(Object.keys(web).sort()).toMatchInlineSnapshot(`
    [
      "decide",
      "displayRange",
      "filesOf",
      "heatMap",
      "limitOf",
      "openDetector",
      "upsampleBilinear",
      "withLimit",
    ]
  `);
});

import { expect, it } from "vitest";
import * as api from "./index.js";
import * as browser from "./browser.js";
import * as testing from "./testing.js";

it("exports what is listed here", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "LtadError",
      "branchOf",
      "bytesOf",
      "checkOutFolder",
      "collectAtOnce",
      "createRng",
      "csvRow",
      "decodeDoubles",
      "decodeSafetensors",
      "decodeText",
      "eachAtOnce",
      "encodeSafetensors",
      "evenly",
      "exitCodeOf",
      "exitCodes",
      "flatten",
      "float32",
      "floats",
      "foreignFile",
      "int32",
      "isLtadError",
      "isNdArray",
      "listOf",
      "openSafetensors",
      "readSafetensors",
      "resizeKernels",
      "restoreRng",
      "scalar",
      "sha256",
      "sizeOf",
      "stopwatch",
      "throwIfAborted",
      "unflatten",
      "version",
      "weightTypes",
      "withoutDraws",
      "writeError",
      "writeFileAtomic",
      "writeSafetensors",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "expectClose",
      "largest",
      "wrongCalls",
    ]
  `);
});

it("offers a browser the same objects, without what needs Node", () => {
  expect(Object.entries(browser).filter(([name, value]) => (api as Record<string, unknown>)[name] !== value)).toEqual([]);
  expect(Object.keys(browser).sort()).toMatchInlineSnapshot(`
    [
      "LtadError",
      "csvRow",
      "decodeSafetensors",
      "encodeSafetensors",
      "float32",
      "floats",
      "int32",
      "isLtadError",
      "isNdArray",
      "resizeKernels",
      "scalar",
      "sizeOf",
      "stopwatch",
      "throwIfAborted",
    ]
  `);
});

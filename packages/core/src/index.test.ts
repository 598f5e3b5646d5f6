import { expect, it } from "vitest";
import * as api from "./index.js";
import * as testing from "./testing.js";

it("exports what is listed here", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "LtadError",
      "branchOf",
      "createRng",
      "decodeSafetensors",
      "encodeSafetensors",
      "flatten",
      "float32",
      "floats",
      "int32",
      "isLtadError",
      "isNdArray",
      "listOf",
      "openSafetensors",
      "readSafetensors",
      "restoreRng",
      "scalar",
      "sha256",
      "sizeOf",
      "throwIfAborted",
      "unflatten",
      "writeError",
      "writeFileAtomic",
      "writeSafetensors",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "expectClose",
      "largest",
    ]
  `);
});

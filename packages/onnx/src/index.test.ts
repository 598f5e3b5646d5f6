import { expect, it } from "vitest";
import * as entry from "./index.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "ModelProto",
      "compactOnnx",
      "compactWeight",
      "encodeModel",
      "isCompactable",
      "joinOnnx",
      "largestModel",
      "onnxType",
      "readNode",
      "readOnnx",
      "readOnnxFile",
      "readWeight",
      "tensorField",
      "toHalf",
      "writeModel",
    ]
  `);
});

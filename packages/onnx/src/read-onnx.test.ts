import { expect, it } from "vitest";
import { readOnnx } from "./read-onnx.js";
import { floatTensor, madeModel, outsideTensor, productModel, value } from "./testing/made-model.js";

it("says what a model takes and gives, and which operators it needs", () => {
  const bytes = madeModel({
    node: [
      { opType: "Mul", input: ["x", "w"], output: ["y"] },
      { opType: "Own", domain: "com.example", input: ["y"], output: ["z"] },
    ],
    initializer: [floatTensor("w", [3], [1, 2, 3])],
    input: [value("x", "batch", 3), value("w", 3)],
    output: [value("y", "batch", 3), value("z", "batch", 3)],
  });
  const { inputs, outputs, operators, opsets } = readOnnx(bytes, "x");
  expect(inputs).toEqual([{ name: "x", shape: [null, 3] }]);
  expect(outputs).toEqual(["y", "z"]);
  expect([...operators]).toEqual(["Mul"]);
  expect(opsets).toEqual(new Map([["", 17]]));
});

it("refuses weights in other files, also those of graphs within, and a model without a graph", () => {
  const initializer = [outsideTensor("w", { location: "w.bin" })];
  const message = "x: not a usable ONNX file (its weights are in another file. Save the model with its weights inside";
  expect(() => readOnnx(madeModel({ initializer }), "x")).toThrow(message);
  const node = [{ opType: "If", attribute: [{ name: "then_branch", g: { initializer } }] }];
  expect(() => readOnnx(madeModel({ node }), "x")).toThrow(message);
  expect(() => readOnnx(new Uint8Array(), "x")).toThrow("x: not a usable ONNX file (it has no graph. Export or copy it again).");
  expect(readOnnx(productModel(), "x").outputs).toEqual(["y"]);
});

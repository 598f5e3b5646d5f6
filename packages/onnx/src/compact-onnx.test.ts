import { describe, expect, it } from "vitest";
import { encodeRead } from "./codec.js";
import { compactOnnx } from "./compact-onnx.js";
import { readOnnx } from "./read-onnx.js";
import { floatTensor, madeModel, productModel } from "./testing/made-model.js";

const model = readOnnx(productModel(), "x");
const graphOf = (precision: "float16" | "int8", file = model) => compactOnnx(file, precision, "x").model.graph;

describe("compactOnnx", () => {
  it("computes in whole numbers what is a right factor alone; a weight that a graph within reads too is unpacked", () => {
    const { node = [], initializer = [] } = graphOf("int8");
    const unpackF = "Cast Mul";
    const byA = "DynamicQuantizeLinear MatMulInteger Cast Mul Mul";
    expect(node.map(({ opType }) => opType).join(" ")).toBe(`${unpackF} ${byA} Relu MatMul If`);
    expect(initializer.map(({ name, dataType }) => `${name} ${dataType}`)).toEqual([
      "A.int8 3",
      "A.int8.scale 1",
      "F.int8 3",
      "F.int8.scale 1",
      "few 1",
    ]);
  });

  it("halves the bytes of large weights with float16", () => {
    const { node = [], initializer = [] } = graphOf("float16");
    expect(node.map(({ opType }) => opType).join(" ")).toBe("Cast Cast MatMul Relu MatMul If");
    expect(initializer.map(({ name, rawData }) => `${name} ${rawData?.length}`)).toEqual(["A.float16 8192", "F.float16 8192", "few 12"]);
  });

  it("reads numbers in a field of their own as it reads raw bytes", () => {
    const [a, ...rest] = model.model.graph.initializer!;
    const { rawData, ...fields } = a!;
    const listed = {
      ...model,
      model: { ...model.model, graph: { ...model.model.graph, initializer: [{ ...fields, floatData: [rawData!] }, ...rest] } },
    };
    expect(graphOf("int8", listed).initializer?.[0]?.rawData).toEqual(graphOf("int8").initializer?.[0]?.rawData);
  });

  it("leaves a model of small weights, and any model in float32, as it is", () => {
    const small = readOnnx(
      madeModel({
        initializer: [floatTensor("few", [2, 2], [1, 2, 3, 4])],
        node: [{ opType: "MatMul", input: ["x", "few"], output: ["y"] }],
      }),
      "x",
    );
    const bytes = (file: typeof small) => Buffer.from(encodeRead(file.model, "x"));
    for (const precision of ["float16", "int8"] as const) expect(bytes(compactOnnx(small, precision, "x")).equals(bytes(small))).toBe(true);
    expect(compactOnnx(model, "float32", "x")).toBe(model);
  });

  it("names the model and the weight that does not fit", () => {
    const withA = (number: number) =>
      readOnnx(
        productModel(
          17,
          Array.from({ length: 4096 }, (_, i) => (i === 7 ? number : 0.5)),
        ),
        "x",
      );
    expect(() => compactOnnx(withA(70_000), "float16", "big.onnx")).toThrow(/^big\.onnx: .*\bA contains 70000, but float16 ends at 65504/);
    expect(() => compactOnnx(withA(Number.NaN), "int8", "bad.onnx")).toThrow(/^bad\.onnx: .*\bA contains numbers that are not finite/);
    const short = readOnnx(madeModel({ initializer: [{ ...floatTensor("w", [2], [1, 2]), dims: [64, 65] }] }), "x");
    expect(() => compactOnnx(short, "float16", "short.onnx")).toThrow(
      "short.onnx: not a usable ONNX file (the weight w has 8 bytes, its shape [64, 65] takes 16640).",
    );
  });

  it("names the operator set that int8 needs", () => {
    const old = readOnnx(productModel(10), "x");
    expect(() => compactOnnx(old, "int8", "old.onnx")).toThrow(
      "old.onnx: precision int8: expected ONNX operator set 11 or newer, received 10",
    );
    expect(() => compactOnnx(old, "float16", "old.onnx")).not.toThrow();
  });
});

import { readFile } from "node:fs/promises";
import { createRng, isLtadError } from "@ltad/core";
import protobuf from "protobufjs/light.js";
import { describe, expect, it } from "vitest";
import { changed, decodeModel, encodeModel, encodeRead } from "./codec.js";
import { joinOnnx } from "./join-onnx.js";
import type { OnnxGraph } from "./messages.js";
import { readOnnx } from "./read-onnx.js";
import { madeModel, productModel, value, within } from "./testing/made-model.js";

const everyField = await readFile(new URL("__fixtures__/every-field.onnx", import.meta.url));
const refused = (why: string) =>
  expect.objectContaining({ code: "LTAD_WEIGHTS", message: expect.stringContaining(why) as string }) as Error;
/** Field 9999 of a later version of ONNX. */
const later = () =>
  protobuf.Writer.create()
    .uint32(9999 * 8 + 2)
    .string("later")
    .finish();

describe("a file that is read and written again", () => {
  it("has the bytes that ONNX's own package wrote, with every field of onnx.proto", () => {
    expect(Buffer.compare(encodeRead(decodeModel(everyField, "x"), "x"), everyField)).toBe(0);
  });

  it("keeps fields that this version does not know, also when it is changed and joined", () => {
    const graphOf = (node: object) => ({ name: "g", node: [node], input: [value("x", 1)], output: [value("y", 1)] });
    const node = { opType: "Relu", input: ["x"], output: ["y"], $unknowns: [later()] };
    const bytes = encodeModel({ opsetImport: [{ domain: "", version: 17 }], graph: graphOf(node), $unknowns: [later()] });
    const model = decodeModel(bytes, "x");
    const copy = changed(model, { graph: changed(model.graph!, { node: [changed(model.graph!.node![0]!, { name: "renamed" })] }) });
    const count = (file: Uint8Array) => Buffer.from(file).toString("latin1").split("later").length - 1;
    expect(count(encodeRead(copy, "x"))).toBe(2);
    const part = readOnnx(madeModel(graphOf({ opType: "Relu", input: ["x"], output: ["y"] })), "part");
    const chain = {
      before: part,
      middle: readOnnx(bytes, "x"),
      after: part,
      toMiddle: new Map([["y", "x"]]),
      toAfter: new Map([["y", "x"]]),
    };
    expect(count(joinOnnx(chain, "x"))).toBe(2);
  });

  it("gives numbers where they are exact, and all 64 bits where they are not", () => {
    const ints = [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1];
    const attribute = { name: "ends", type: 7, ints };
    const model = decodeModel(madeModel({ node: [{ opType: "X", attribute: [attribute] }] }), "x");
    expect(model.graph?.node?.[0]?.attribute?.[0]?.ints).toEqual(ints);
    expect(String(decodeModel(everyField, "x").graph?.node?.[0]?.attribute?.[0]?.ints)).toBe("-9223372036854775808,9223372036854775807");
  });

  it("has weights that are views of the file", () => {
    const bytes = productModel();
    expect(decodeModel(bytes, "x").graph?.initializer?.[0]?.rawData?.buffer).toBe(bytes.buffer);
  });
});

describe("a file that is damaged or hostile", () => {
  it("is read or refused, and never fails in another way: 600 damaged files", () => {
    const whole = everyField.subarray(0, 4000);
    const rng = createRng("onnx");
    let refusals = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = Uint8Array.from(whole.subarray(0, rng.uniform() < 0.3 ? rng.integer(whole.length) : whole.length));
      for (let flips = 1 + rng.integer(4); flips > 0 && bytes.length > 0; flips--) bytes[rng.integer(bytes.length)] = rng.integer(256);
      try {
        readOnnx(bytes, "x");
      } catch (error) {
        if (!isLtadError(error)) throw error;
        refusals++;
      }
    }
    expect(refusals).toBeGreaterThan(100);
  });

  it("is refused when it ends early, wherever that is", () => {
    const bytes = madeModel({ node: [{ opType: "Relu", input: ["x"], output: ["y"] }] });
    const graphEnds = bytes.length - 6; // behind it: the operator set
    for (let length = 1; length < graphEnds; length++) {
      const cut = () => readOnnx(bytes.subarray(0, length), "cut.onnx");
      expect(cut, `${length} bytes`).toThrow(refused("cut.onnx: not a usable ONNX file ("));
    }
  });

  it("is refused when a length reaches beyond the file", () => {
    for (const length of [100, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const bytes = protobuf.Writer.create()
        .uint32(7 * 8 + 2)
        .uint32(length)
        .finish();
      expect(() => readOnnx(bytes, "x")).toThrow(refused(length < 2 ** 31 ? "index out of range" : "invalid length encoding"));
    }
  });

  it("is refused when its graphs are nested a thousand deep", () => {
    const wrap = (content: Uint8Array, ...fields: number[]): Uint8Array =>
      fields.reduceRight(
        (inner, field) =>
          protobuf.Writer.create()
            .uint32(field * 8 + 2)
            .bytes(inner)
            .finish(),
        content,
      );
    let graph = new Uint8Array();
    for (let depth = 0; depth < 1000; depth++) graph = Uint8Array.from(wrap(graph, 1, 5, 6)); // node, attribute, its graph
    expect(() => readOnnx(wrap(graph, 7), "deep.onnx")).toThrow(refused("max depth exceeded"));
  });

  it("is refused when a name is not UTF-8, which could not be written again", () => {
    const bytes = Buffer.from(madeModel({ node: [{ opType: "Relu", input: ["abcd"], output: ["y"] }] }));
    bytes.write("\xff\xfe", bytes.indexOf("abcd"), "latin1");
    expect(() => readOnnx(bytes, "x")).toThrow(refused("x: not a usable ONNX file"));
  });

  it("nests graphs as deep as real models do", () => {
    let graph: OnnxGraph = { name: "innermost", node: [{ opType: "Relu", input: ["x"], output: ["y"] }] };
    for (let depth = 0; depth < 25; depth++)
      graph = { name: `${depth}`, node: [{ opType: "If", attribute: [within("then_branch", graph)] }] };
    expect(readOnnx(madeModel({ ...graph }), "x").operators).toEqual(new Set(["If"]));
  });
});

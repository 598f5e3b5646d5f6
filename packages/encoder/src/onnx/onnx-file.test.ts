import { readFile } from "node:fs/promises";
import { createRng, float32, isLtadError } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it } from "vitest";
import { imageGraph } from "@ltad/encoder";
import { fixture } from "../testing/fixtures.js";
import { joinOnnx } from "@ltad/onnx";
import { readOnnx } from "@ltad/onnx";
import { onnxImageEncoder } from "@ltad/encoder";
import { parseOnnxManifest } from "@ltad/encoder";

const branch = await readFile(fixture("onnx/__fixtures__/branch.onnx"));
const vit = await readFile(fixture("onnx/__fixtures__/vit/onnx/model.onnx"));

describe("readOnnx", () => {
  it("tells inputs, outputs, operators and operator set", () => {
    const { inputs, outputs, operators, opsets } = readOnnx(branch, "branch");
    expect(inputs).toEqual([{ name: "image", shape: [null, 3, null, null] }]);
    expect(outputs).toEqual(["features"]);
    expect([...operators]).toEqual(["AveragePool", "ReduceMean", "Greater", "If"]);
    expect(opsets).toEqual(new Map([["", 13]]));
    expect(readOnnx(vit, "vit").inputs).toEqual([{ name: "pixel_values", shape: [null, 3, 24, 24] }]);
  });

  it("reads or refuses, but never fails in another way: 600 damaged files", () => {
    const rng = createRng("onnx");
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const bytes = Uint8Array.from(branch.subarray(0, rng.uniform() < 0.3 ? rng.integer(branch.length) : branch.length));
      for (let flips = 1 + rng.integer(4); flips > 0 && bytes.length > 0; flips--) bytes[rng.integer(bytes.length)] = rng.integer(256);
      try {
        readOnnx(bytes, "x");
      } catch (error) {
        if (!isLtadError(error)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe("a model with graphs within", () => {
  const manifest = (layout: "NCHW" | "NHWC") =>
    parseOnnxManifest(
      {
        format: "ltad-onnx-encoder",
        name: "branch",
        model: "branch.onnx",
        input: { name: "image", layout, size: 8, mean: [0.5, 0.25, 0], std: [1, 1, 0.5] },
        stages: [{ outputs: ["features"], layout: "NCHW", stride: 4 }],
      },
      "branch",
    );

  it("keeps its meaning when it is joined, at its own operator set, and takes any size", async () => {
    const encoder = await onnxImageEncoder(branch, manifest("NCHW"), "branch");
    expect(encoder).toMatchObject({ stages: [{ stage: 1, channels: 3, stride: 4 }], zSize: 3 });
    for (const [size, value] of [
      [8, 1],
      [12, 0],
    ] as const) {
      const program = await openProgram(imageGraph(encoder, size, ({ stages, z }) => ({ map: stages[0]!.add(0), z })));
      const { map, z } = await program.run({ image: float32([1, size, size, 3], new Float32Array(size * size * 3).fill(value)) });
      await program.dispose();
      const seen = [value - 0.5, value - 0.25, value / 0.5];
      const factor = seen[0]! + seen[1]! + seen[2]! > 0 ? 10 : -1;
      expect(map!.shape).toEqual([1, size / 4, size / 4, 3]);
      expectClose(
        map!.data,
        Array.from({ length: map!.data.length }, (_, i) => seen[i % 3]! * factor),
        { rtol: 1e-6, atol: 0 },
        "map",
      );
      expectClose(
        z!.data,
        seen.map((x) => x * factor),
        { rtol: 1e-6, atol: 0 },
        "z",
      );
    }
  });

  it("is refused in the wrong layout", async () => {
    await expect(onnxImageEncoder(branch, manifest("NHWC"), "branch")).rejects.toThrow(
      "branch: the model does not run on image [1, 8, 8, 3]",
    );
  });
});

it("names the operator set that our own part needs when the model's is too old", () => {
  const file = readOnnx(branch, "x");
  const old = { ...file, opsets: new Map([["", 9]]) };
  const sliced = { ...file, operators: new Set(["Slice"]) };
  const chain = { before: file, middle: old, after: sliced, toMiddle: new Map<string, string>(), toAfter: new Map<string, string>() };
  expect(() => joinOnnx({ ...chain, before: { ...file, operators: new Set() } }, "old.onnx")).toThrow(
    "old.onnx: expected an ONNX operator set from 10 on, received 9",
  );
});

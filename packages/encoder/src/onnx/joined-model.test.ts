import { readFile } from "node:fs/promises";
import { float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it } from "vitest";
import { fixture } from "../testing/fixtures.js";
import { imageGraph } from "../image/image-graph.js";
import { onnxImageEncoder } from "./onnx-image-encoder.js";
import { parseOnnxManifest } from "./onnx-manifest.js";

const branch = await readFile(fixture("onnx/__fixtures__/branch.onnx"));

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

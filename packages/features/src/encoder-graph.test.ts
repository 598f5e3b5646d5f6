import { createRng, float32, floats, resizeKernels, sha256 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { tinyImageEncoder } from "@ltad/encoder/testing";
import { tensorsOf } from "@ltad/jit";
import { openProgram } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { featuresId } from "@ltad/feature-store";
import { encoderGraph } from "./encoder-graph.js";
import { featureSpec, type FeatureOptions } from "./feature-spec.js";

// The tiny encoder at 64 pixels: stages 2 and 5 have strides 4 and 16, so the maps are 16 x 16 x 6 and 4 x 4 x 10; the grid is 4 x 4.

const encoder = tinyImageEncoder(createRng("encoder-graph"));
const options: FeatureOptions = { inputSize: 64, stages: [2, 5], gridStride: 16, shrink: "area", length: "raw" };
const spec = featureSpec(encoder, options);
const pixels = float32([3, 64, 64, 3], createRng("pixels").uniforms(3 * 64 * 64 * 3));

describe("encoderGraph", () => {
  it("gives the named stages on the grid, and z of the last stage", async () => {
    const { stages, z } = encoder.forward(tensorsOf(encoder.params), tf.tensor4d(pixels.data, [3, 64, 64, 3]));
    const [fine, coarse] = [stages[1]!.arraySync(), stages[4]!.arraySync()]; // [B, 16, 16, 6], [B, 4, 4, 10]
    expect([fine[0]!.length, coarse[0]!.length]).toEqual([16, 4]);
    const expected = [0, 1, 2].flatMap((b) =>
      Array.from({ length: 16 }, (_, token) => {
        const [y, x] = [Math.floor(token / 4), token % 4];
        return [...fine[b]![0]![0]!.map((_, c) => blockMean(fine[b]!, y, x, c)), ...coarse[b]![y]![x]!];
      }).flat(),
    );
    const out = await run(encoderGraph(encoder, spec), 3);
    expect(out["features"]?.shape).toEqual([3, 16, 16]);
    expectClose(floats(out["features"], "features"), expected, { rtol: 1e-4, atol: 1e-5 }, "features");
    expect(out["z"]?.shape).toEqual([3, encoder.zSize]);
    expectClose(floats(out["z"], "z"), z.dataSync(), { rtol: 1e-4, atol: 1e-5 }, "z");
  });

  it("takes any batch: an image alone is what it is among others", async () => {
    const graph = encoderGraph(encoder, spec);
    const [alone, among] = [await run(graph, 1), await run(graph, 3)];
    const first = floats(among["features"], "features").slice(0, 16 * 16);
    expectClose(floats(alone["features"], "features"), first, { rtol: 1e-5, atol: 1e-6 }, "features");
  });

  it("the same encoder and spec give the same bytes, another spec or encoder others", () => {
    const graph = encoderGraph(encoder, spec);
    expect(encoderGraph(encoder, spec)).toEqual(graph);
    expect(encoderGraph(encoder, featureSpec(encoder, { ...options, shrink: "bilinear" }))).not.toEqual(graph);
    expect(encoderGraph(tinyImageEncoder(createRng("another")), spec)).not.toEqual(graph);
  });
});

describe("featuresId", () => {
  it("is the hash of the graph, and another one for every other filter", () => {
    const graph = encoderGraph(encoder, spec);
    expect(featuresId(graph, spec)).toBe(sha256(graph));
    const all = resizeKernels.map((kernel) => featuresId(graph, { ...spec, kernel }));
    expect(new Set(all).size).toBe(4);
  });
});

async function run(graph: Uint8Array, count: number) {
  const program = await openProgram(graph, { threads: 1 });
  try {
    return await program.run({ image: float32([count, 64, 64, 3], pixels.data.slice(0, count * 64 * 64 * 3)) });
  } finally {
    await program.dispose();
  }
}

function blockMean(map: number[][][], y: number, x: number, c: number): number {
  let total = 0;
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) total += map[4 * y + i]![4 * x + j]![c]!;
  return total / 16;
}

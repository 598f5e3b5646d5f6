import { createRng, flatten, float32, isNdArray, type NdArray, type NdArrays, sha256, sizeOf, unflatten } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import { describe, expect, it } from "vitest";
import { orOffline, testCacheDir } from "@ltad/hub/testing";
import { halved } from "../testing/halved.js";
import { tinyImageEncoder, tinyPlan } from "../testing/tiny-encoders.js";
import type { EfficientNetParams } from "./efficient-net.js";
import { efficientNetEncoder, type ImageEncoder } from "./image-encoder.js";
import { imageGraph, type Precision } from "./image-graph.js";
import { loadEfficientNetB0 } from "./load-efficient-net-b0.js";

/** Widths at which some weights have 4,096 elements and more. */
const widePlan = { ...tinyPlan, stages: tinyPlan.stages.map((stage) => ({ ...stage, channels: stage.channels * 8 })) };
const wide = tinyImageEncoder(createRng("wide"), widePlan);
const real = await orOffline(loadEfficientNetB0({ cacheDir: testCacheDir(process.env) }));

const graphOf = (encoder: ImageEncoder, precision?: Precision) =>
  imageGraph(encoder, 96, ({ stages, z }) => ({ map: stages[4]!, z }), precision);

async function encode(graph: Uint8Array): Promise<NdArrays> {
  const program = await openProgram(graph, { threads: 1 });
  const found = await program.run({ image: float32([1, 96, 96, 3], createRng("image").uniforms(96 * 96 * 3)) });
  await program.dispose();
  return found;
}

/** |a - b| / |b|, Euclidean. */
function drift({ data: a }: NdArray, { data: b }: NdArray): number {
  const norm = (values: Iterable<number>) => Math.hypot(...values);
  return norm(Array.from(a, (x, i) => x - b[i]!)) / norm(b);
}

describe("an EfficientNet with its weights in fewer bytes", () => {
  it("float16 is the network with its large weights rounded", async () => {
    const named = Object.entries(flatten({ p: wide.params }, isNdArray));
    const rounded = named.map(([name, array]) => {
      const isLarge = array.shape.length > 1 && sizeOf(array.shape) >= 4096;
      return [name, isLarge ? float32(array.shape, Float32Array.from(array.data, halved)) : array] as const;
    });
    const params = (unflatten(Object.fromEntries(rounded)) as { p: EfficientNetParams<NdArray> }).p;
    const [found, expected, whole] = await Promise.all([
      encode(graphOf(wide, "float16")),
      encode(graphOf(efficientNetEncoder(widePlan, params))),
      encode(graphOf(wide)),
    ]);
    for (const name of ["map", "z"]) {
      expect(drift(found[name]!, expected[name]!), name).toBeLessThan(1e-5); // the runtime fuses the two graphs differently
      expect(drift(found[name]!, whole[name]!), name).toBeGreaterThan(1e-4);
    }
  });

  it("the same precision gives the same bytes, another one others, so that features are kept apart", () => {
    const hashes = (["float32", "float16", "int8"] as const).map((precision) => sha256(graphOf(wide, precision)));
    expect(hashes.concat(sha256(graphOf(wide)), sha256(graphOf(wide, "int8")))).toEqual([...hashes, hashes[0], hashes[2]]);
    expect(new Set(hashes).size).toBe(3);
  });

  it("names the weight that float16 cannot hold, and a precision that is none", () => {
    const { params } = tinyImageEncoder(createRng("wide"), widePlan);
    const big = Object.values(flatten({ params }, isNdArray)).find(({ shape }) => shape.length > 1 && sizeOf(shape) >= 4096)!;
    big.data[3] = 70_000;
    const encoder = efficientNetEncoder(widePlan, params as EfficientNetParams<NdArray>);
    expect(() => graphOf(encoder, "float16")).toThrow(/the constant encoder\.stages\.\d.*weight contains 70000, but float16 ends at 65504/);
    expect(() => graphOf(encoder, "int8")).not.toThrow();
    expect(() => graphOf(encoder, "bfloat16" as Precision)).toThrow('expected one of float32, float16, int8, received "bfloat16"');
  });
});

describe.skipIf(!real)("EfficientNet-B0 with its published weights", () => {
  it.each([
    ["float16", 0.52, 3e-3],
    ["int8", 0.29, 0.1],
  ] as const)("%s is a small part of the file and drifts little", async (precision, share, most) => {
    const graphs = [graphOf(real!), graphOf(real!, precision)] as const;
    expect(graphs[1].length / graphs[0].length).toBeLessThan(share);
    const [whole, found] = [await encode(graphs[0]), await encode(graphs[1])];
    for (const name of ["map", "z"]) expect(drift(found[name]!, whole[name]!), name).toBeLessThan(most);
  });
});

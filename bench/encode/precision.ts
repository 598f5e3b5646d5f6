import { readFile } from "node:fs/promises";
import { floats, type NdArrays, weightTypes } from "@ltad/core";
import { loadImage, scanDataset } from "@ltad/data";
import type { AnyImageEncoder } from "@ltad/encoder";
import { encoderGraph, type FeatureSpec } from "@ltad/features";
import { type Program, openProgram } from "@ltad/runtime";

// What storing an encoder's weights in fewer bytes costs: features of real images against those of the float32 graph.

const outputs = ["features", "z"] as const;
type Outputs = Record<(typeof outputs)[number], Float32Array>;

interface Measured {
  readonly program: Program;
  readonly bytes: number;
  /** Of each image. */
  readonly outputs: readonly Outputs[];
}

/**
 * File size, fastest time and drift of each precision, as figures and as a table on stdout.
 * @param data folder of a data set, whose test images are taken evenly
 */
export async function measurePrecision(encoder: AnyImageEncoder, spec: FeatureSpec, data: string, count: number) {
  const images = await testImages(data, spec, count);
  const all: Measured[] = [];
  for (const precision of weightTypes) all.push(await measure(encoderGraph(encoder, spec, precision), images));
  const times = await fastest(all, images);
  const figures: Record<string, number> = {};
  console.log("| precision | MB | ms an image | features: mean, largest drift | z: mean, largest drift | least cosine: features, z |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const [i, precision] of weightTypes.entries()) {
    const { bytes, outputs: found } = all[i]!;
    const [features, z] = outputs.map((name) => drift(found, all[0]!.outputs, name)) as [Drift, Drift];
    const size = (bytes / 1e6).toFixed(1);
    const drifts = i === 0 ? "| | |" : `${both(features)} | ${both(z)} | ${features.cosine.toFixed(5)}, ${z.cosine.toFixed(5)} |`;
    console.log(`| ${precision} | ${size} | ${times[i]?.toFixed(1)} | ${drifts}`);
    figures[`${precision}_bytes`] = bytes;
    figures[`${precision}_ms`] = times[i]!;
    figures[`${precision}_features_drift`] = features.mean;
    figures[`${precision}_z_drift`] = z.mean;
  }
  for (const { program } of all) await program.dispose();
  return figures;
}

async function testImages(data: string, { inputSize: size, kernel }: FeatureSpec, count: number): Promise<NdArrays[]> {
  const files = (await scanDataset(data)).classes.flatMap(({ test }) => test.map(({ file }) => file));
  const chosen = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]!);
  const load = async (name: string) => loadImage(await readFile(name), size, { name, kernel });
  const image = (pixels: Float32Array): NdArrays => ({ image: { dtype: "float32", shape: [1, size, size, 3], data: pixels } });
  return Promise.all(chosen.map(async (file) => image(await load(file))));
}

async function measure(graph: Uint8Array, images: readonly NdArrays[]): Promise<Measured> {
  const program = await openProgram(graph);
  const found: Outputs[] = [];
  for (const image of images) {
    const { features, z } = await program.run(image);
    found.push({ features: floats(features, "features"), z: floats(z, "z") });
  }
  return { program, bytes: graph.length, outputs: found };
}

/** Milliseconds of the fastest run of each, in turns, because other work on the machine only adds. */
async function fastest(all: readonly Measured[], images: readonly NdArrays[]): Promise<number[]> {
  const times = all.map(() => Infinity);
  for (const image of images.slice(0, 20))
    for (const [i, { program }] of all.entries()) {
      const start = performance.now();
      await program.run(image);
      times[i] = Math.min(times[i]!, performance.now() - start);
    }
  return times;
}

interface Drift {
  /** |a - b| / |b|, Euclidean, mean and largest over the images. */
  readonly mean: number;
  readonly largest: number;
  /** Least cosine of a and b over the images. */
  readonly cosine: number;
}

function drift(found: readonly Outputs[], expected: readonly Outputs[], name: keyof Outputs): Drift {
  const rows = found.map((row, i) => compare(row[name], expected[i]![name]));
  const drifts = rows.map((row) => row.drift);
  const mean = drifts.reduce((sum, value) => sum + value, 0) / drifts.length;
  return { mean, largest: Math.max(...drifts), cosine: Math.min(...rows.map(({ cosine }) => cosine)) };
}

function compare(a: Float32Array, b: Float32Array): { drift: number; cosine: number } {
  let [difference, product, aa, bb] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    difference += (x - y) ** 2;
    product += x * y;
    aa += x * x;
    bb += y * y;
  }
  return { drift: Math.sqrt(difference / bb), cosine: product / Math.sqrt(aa * bb) };
}

const both = ({ mean, largest }: Drift) => `${mean.toExponential(1)}, ${largest.toExponential(1)}`;

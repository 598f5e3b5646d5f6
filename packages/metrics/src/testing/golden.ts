import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PixelImage } from "../pixels/pixel-image.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/", import.meta.url));

/** Metrics of one list of scores, as the goldens name them. */
export interface Expected {
  readonly auroc: number | null;
  readonly ap: number | null;
  readonly f1max: number | null;
  readonly f1max_threshold: number | null;
  readonly f1max_lowest_threshold: number | null;
  readonly fpr_at_95_tpr: number | null;
}

/** A golden JSON file. */
export function goldenJson(file: string): unknown {
  return JSON.parse(readFileSync(fixtures + file, "utf8"));
}

/** The arrays of a golden safetensors file, float64 kept as such (the package's own reader rounds it). */
export function goldenArrays(file: string): Readonly<Record<string, Float64Array>> {
  const bytes = readFileSync(fixtures + file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Record<string, { dtype: string; data_offsets: [number, number] }>;
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return Object.fromEntries(
    entries.map(
      ([
        name,
        {
          dtype,
          data_offsets: [begin, end],
        },
      ]) => {
        const part = new Uint8Array(bytes.subarray(8 + length + begin, 8 + length + end)).buffer;
        return [
          name,
          Float64Array.from(dtype === "F64" ? new Float64Array(part) : dtype === "F32" ? new Float32Array(part) : new Uint8Array(part)),
        ];
      },
    ),
  );
}

/** A golden set of maps and masks with its expected values. */
export interface PixelSet {
  readonly sizes: readonly (readonly [number, number])[];
  readonly regions_8: number;
  readonly regions_4: number;
  readonly positives: number;
  readonly negatives: number;
  readonly pixel_auroc: number | null;
  readonly pixel_ap: number | null;
  readonly pixel_f1max: number | null;
  readonly pixel_f1max_threshold: number | null;
  readonly pixel_f1max_lowest_threshold: number | null;
  readonly pixel_fpr_at_95_tpr: number | null;
  readonly aupro: Readonly<Record<string, number | null>>;
  readonly wrong?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

/** All golden sets of pixels by name. */
export const pixelSets = (goldenJson("pixel.json") as { sets: Record<string, PixelSet> }).sets;
const arrays = goldenArrays("pixel.safetensors");

/** The images of a golden set. */
export function pixelImages(set: string): PixelImage[] {
  return (pixelSets[set]?.sizes ?? []).map(([, width], i) => ({
    map: Float32Array.from(arrays[`${set}.map.${i}`] ?? []),
    mask: Uint8Array.from(arrays[`${set}.mask.${i}`] ?? []),
    width,
  }));
}

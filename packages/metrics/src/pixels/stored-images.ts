import { decodeSafetensors, encodeSafetensors, int32, LtadError, type NdArray, type NdArrays } from "@ltad/core/browser";
import type { SplitImage } from "./pixel-image.js";

const format = "ltad-exact-pixels-1";

/** Stores an exact accumulator: the pixels of all images one after the other, and `images` [n, 3], the numbers of good pixels, defect pixels and regions. */
export function encodeImages(images: readonly SplitImage[]): Uint8Array {
  const table = images.flatMap(({ good, defect, sizes }) => [good.length, defect.length, sizes.length]);
  const arrays: NdArrays = {
    images: int32([images.length, 3], table),
    good: joined(images.map(({ good }) => good)),
    defect: joined(images.map(({ defect }) => defect)),
    region: joined(images.map(({ region }) => region)),
    sizes: joined(images.map(({ sizes }) => Uint32Array.from(sizes))),
  };
  return encodeSafetensors(arrays, { format, names: JSON.stringify(images.map(({ name }) => name)) });
}

/**
 * Reads what {@link encodeImages} wrote.
 * @throws LtadError `LTAD_WEIGHTS` for damaged bytes, `LTAD_DATA` when the parts do not fit together
 */
export function decodeImages(bytes: Uint8Array, source: string): SplitImage[] {
  const { arrays, metadata } = decodeSafetensors(bytes, source);
  const names = namesOf(metadata["names"]);
  const table = words(arrays["images"]);
  const parts = {
    good: words(arrays["good"]),
    defect: words(arrays["defect"]),
    region: words(arrays["region"]),
    sizes: words(arrays["sizes"]),
  };
  const sum = (column: number) => table.reduce((total, n, i) => total + (i % 3 === column ? n : 0), 0);
  const fits =
    metadata["format"] === format &&
    table.length === 3 * names.length &&
    parts.good.length === sum(0) &&
    parts.defect.length === sum(1) &&
    parts.region.length === sum(1) &&
    parts.sizes.length === sum(2);
  if (!fits) throw misfit(source, "its arrays do not match");
  const images = cut(names, table, parts);
  const wrong = images.find((image) => !sizesFit(image));
  if (wrong) throw misfit(source, `the sizes of the regions of ${wrong.name} do not match`);
  return images;
}

function cut(
  names: readonly string[],
  table: Uint32Array,
  parts: Record<"good" | "defect" | "region" | "sizes", Uint32Array>,
): SplitImage[] {
  let [good, defect, sizes] = [0, 0, 0];
  return names.map((name, i) => {
    const [g, d, s] = [table[3 * i]!, table[3 * i + 1]!, table[3 * i + 2]!];
    const image = {
      name,
      good: parts.good.subarray(good, good + g),
      defect: parts.defect.subarray(defect, defect + d),
      region: parts.region.subarray(defect, defect + d),
      sizes: [...parts.sizes.subarray(sizes, sizes + s)],
    };
    [good, defect, sizes] = [good + g, defect + d, sizes + s];
    return image;
  });
}

function sizesFit({ region, sizes }: SplitImage): boolean {
  const found = new Uint32Array(sizes.length);
  for (const index of region) {
    if (index >= sizes.length) return false;
    found[index] = found[index]! + 1;
  }
  return sizes.every((size, i) => size > 0 && size === found[i]);
}

/** All parts as one array, whose bits are stored as int32. */
function joined(parts: readonly Uint32Array[]): NdArray {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return int32([all.length], new Int32Array(all.buffer));
}

function words(array: NdArray | undefined): Uint32Array {
  return array?.data instanceof Int32Array
    ? new Uint32Array(array.data.buffer, array.data.byteOffset, array.data.length)
    : new Uint32Array(0);
}

function namesOf(text: string | undefined): string[] {
  try {
    const names: unknown = JSON.parse(text ?? "");
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

function misfit(source: string, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${source}: not the saved state of a pixel accumulator (${why}).`, { details: { file: source } });
}

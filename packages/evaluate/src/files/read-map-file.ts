import { readFile } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import sharp, { type Metadata, type Sharp } from "sharp";
import { readNpy, type StoredMap } from "./read-npy.js";

const maxPixels = 100_000_000;
const remedy = "Save the values themselves as .npy or float TIFF, or as a grey PNG that shares one scale with all others.";

/**
 * Reads one anomaly map: .npy, or a TIFF (float or integers) or PNG (8 or 16 bit) of one channel. 8 bits are spread over the range of 16.
 * @throws LtadError `LTAD_IMAGE` for a coloured picture, several pages, or a file that cannot be read
 */
export async function readMapFile(file: string): Promise<StoredMap> {
  if (file.endsWith(".npy")) return readNpy(await readFile(file), file);
  try {
    const image = sharp(await readFile(file), { limitInputPixels: maxPixels, failOn: "warning", ignoreIcc: true });
    return await readOneChannel(image, await image.metadata(), file);
  } catch (error) {
    if (error instanceof LtadError) throw error;
    throw mapError(file, `this map cannot be read (${(error as Error).message.split("\n")[0]})`, error);
  }
}

async function readOneChannel(image: Sharp, meta: Metadata, file: string): Promise<StoredMap> {
  if ((meta.pages ?? 1) > 1) throw mapError(file, `it has ${meta.pages} pages, and it is unclear which of them is the map`);
  const scale = meta.depth === "uchar" ? 257 : 1;
  const grey = meta.channels <= 2;
  const space = grey ? (meta.depth === "ushort" ? "grey16" : "b-w") : meta.depth === "ushort" ? "rgb16" : "srgb";
  const { data, info } = await image.removeAlpha().toColourspace(space).raw({ depth: "float" }).toBuffer({ resolveWithObject: true });
  const values = new Float32Array(new Uint8Array(data).buffer);
  const { width, height, channels } = info;
  if (channels > 1 && isColoured(values, channels))
    throw mapError(file, `this map is a coloured picture (its ${channels} channels differ), and colours have no order`);
  return { width, height, data: Float32Array.from({ length: width * height }, (_, i) => values[i * channels]! * scale) };
}

function isColoured(values: Float32Array, channels: number): boolean {
  for (let i = 0; i < values.length; i += channels)
    for (let c = 1; c < channels; c++) if (values[i + c] !== values[i] && !Number.isNaN(values[i]!)) return true;
  return false;
}

function mapError(file: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_IMAGE", `${file}: ${why}. A map has one channel. ${remedy}`, { cause, details: { file } });
}

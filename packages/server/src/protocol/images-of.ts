import type { Job, Pixels } from "../messages.js";
import { byteStrings, flat, type InputTensor, sizeOf, wrong } from "./tensors.js";

/** The images of one request; more are refused. */
export const mostImages = 32;

/**
 * The images of a tensor: files (BYTES), or pixels (UINT8, or FP32 from 0 to 1) as [H, W, C], [N, H, W, C] or [N, C, H, W], with C 3 or 1.
 * @throws HttpError `LTAD_REQUEST`
 */
export function imagesOf(tensor: InputTensor): Job["image"][] {
  const { datatype, name } = tensor;
  const images = datatype === "BYTES" ? byteStrings(tensor).map((file) => fileOf(file, name)) : pixelsOf(tensor);
  if (images.length === 0) throw wrong(name, "expected at least one image, received none");
  if (images.length > mostImages) throw wrong(name, `expected at most ${mostImages} images in one request, received ${images.length}`);
  return images;
}

function fileOf(file: Buffer | string, name: string): Buffer {
  const bytes = typeof file === "string" ? fromBase64(file, name) : file;
  if (bytes.length === 0) throw wrong(name, "expected an image file, in base64 where it is JSON, received an empty one");
  return bytes;
}

function fromBase64(text: string, name: string): Buffer {
  const bare = text.startsWith("data:") ? text.slice(text.indexOf(",") + 1) : text;
  if (!/^[A-Za-z0-9+/_=\s-]*$/.test(bare.slice(0, 1000))) throw wrong(name, "expected an image file in base64, received other characters");
  return Buffer.from(bare, "base64");
}

function pixelsOf(tensor: InputTensor): Pixels[] {
  const { name, datatype } = tensor;
  if (datatype !== "UINT8" && datatype !== "FP32")
    throw wrong(
      name,
      `expected the datatype BYTES (image files), UINT8 or FP32 (pixels), received ${JSON.stringify(datatype.slice(0, 20))}`,
    );
  const { count, width, height, channels, first } = layoutOf(tensor);
  if (count > mostImages) throw wrong(name, `expected at most ${mostImages} images in one request, received ${count}`);
  const values = datatype === "UINT8" ? bytesOf(tensor) : unitFloats(tensor);
  const plane = width * height;
  return Array.from({ length: count }, (_, n) => {
    const own = values.subarray(n * plane * channels, (n + 1) * plane * channels);
    if (channels === 3 && !first) return { width, height, data: own };
    const data = new Uint8Array(plane * 3);
    for (let i = 0; i < plane; i++) for (let c = 0; c < 3; c++) data[i * 3 + c] = own[channels === 1 ? i : c * plane + i]!;
    return { width, height, data };
  });
}

function layoutOf({ name, shape }: InputTensor) {
  const full = shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? [1, ...shape] : shape;
  const [count = 0, a = 0, b = 0, c = 0] = full;
  const isColours = (side: number) => side === 3 || side === 1;
  const first = !isColours(c) && isColours(a);
  const [height, width, channels] = first ? [b, c, a] : [a, b, c];
  if (full.length === 4 && isColours(channels) && width > 0 && height > 0) return { count, width, height, channels, first };
  throw wrong(
    name,
    `expected pixels as [H, W, 3], [N, H, W, 3] or [N, 3, H, W], or one channel for grey, received the shape [${shape.slice(0, 8).join(", ")}]`,
  );
}

function bytesOf(tensor: InputTensor): Uint8Array {
  const count = sizeOf(tensor);
  if (tensor.raw) {
    if (tensor.raw.length === count) return tensor.raw;
    throw wrong(tensor.name, `expected ${count} bytes, as its shape says, received ${tensor.raw.length}`);
  }
  return Uint8Array.from(flat(tensor), (value) => {
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255) return value as number;
    throw wrong(tensor.name, "expected whole numbers from 0 to 255");
  });
}

/** Numbers from 0 to 1 as bytes. */
function unitFloats(tensor: InputTensor): Uint8Array {
  const count = sizeOf(tensor);
  const { raw } = tensor;
  if (raw && raw.length !== count * 4) throw wrong(tensor.name, `expected ${count * 4} bytes, as its shape says, received ${raw.length}`);
  const values = raw ? Array.from({ length: count }, (_, i) => raw.readFloatLE(i * 4)) : flat(tensor);
  return Uint8Array.from(values, (value) => {
    if (typeof value === "number" && value >= 0 && value <= 1) return Math.round(value * 255);
    const received = typeof value === "number" ? value : typeof value;
    throw wrong(tensor.name, `expected pixels from 0 to 1, received ${received}. Send numbers up to 255 as UINT8`);
  });
}

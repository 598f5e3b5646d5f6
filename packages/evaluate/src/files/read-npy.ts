import { LtadError } from "@ltad/core";

/** A map as it is stored on disk, [height, width]. */
export interface StoredMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

const readers = {
  "<f4": { bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  "<f8": { bytes: 8, read: (view: DataView, at: number) => view.getFloat64(at, true) },
  "<u2": { bytes: 2, read: (view: DataView, at: number) => view.getUint16(at, true) },
  "|u1": { bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const;
const maxPixels = 100_000_000;

/**
 * Reads NumPy's .npy: [H, W] or [1, H, W] of float32, float64, uint16 or uint8, in C order or, as of a transposed array, in Fortran order.
 * @throws LtadError `LTAD_IMAGE` for anything else, or when data and header do not fit
 * @see numpy/lib/format.py
 */
export function readNpy(bytes: Uint8Array, name: string): StoredMap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length === 0) throw npyError(name, "this file is empty.");
  if (bytes.length < 12 || latin(bytes.subarray(0, 6)) !== "\u0093NUMPY") throw npyError(name, "this is not a .npy file.");
  const isLong = bytes[6]! > 1;
  const headerAt = isLong ? 12 : 10;
  const start = headerAt + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = latin(bytes.subarray(headerAt, Math.min(start, 4096)));
  const reader = readerOf(header, name);
  const { width, height } = sizeOf(header, name);
  if (bytes.length !== start + height * width * reader.bytes)
    throw npyError(name, `the file has ${bytes.length} bytes, which does not match its header.`);
  const isByColumns = /'fortran_order':\s*True/.test(header);
  const placeOf = (i: number) => (isByColumns ? (i % width) * height + Math.floor(i / width) : i);
  const data = Float32Array.from({ length: height * width }, (_, i) => reader.read(view, start + placeOf(i) * reader.bytes));
  return { width, height, data };
}

function readerOf(header: string, name: string) {
  const reader = readers[/'descr':\s*'([^']+)'/.exec(header)?.[1] as keyof typeof readers];
  if (reader) return reader;
  const type = /'descr':\s*([^,]+)/.exec(header)?.[1] ?? "not given";
  throw npyError(name, `the type of its values is ${type}; expected float32, float64, uint16 or uint8.`);
}

function sizeOf(header: string, name: string): { width: number; height: number } {
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const [height = 0, width = 0] = shape.slice(-2);
  const fits = shape.length >= 2 && shape.slice(0, -2).every((n) => n === 1) && height > 0 && width > 0 && height * width <= maxPixels;
  if (fits) return { width, height };
  throw npyError(name, `the shape is [${shape.join(", ")}]; expected [height, width] of at most ${maxPixels} pixels.`);
}

/** One character for each byte. (The "latin1" of a TextDecoder is Windows-1252, in which the first byte of a .npy file is another character.) */
function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function npyError(name: string, why: string): LtadError {
  const remedy = 'Save each map with numpy.save(file, map.astype("float32")), one [height, width] array per file.';
  return new LtadError("LTAD_IMAGE", `${name}: ${why} ${remedy}`, { details: { file: name } });
}

import { check, string } from "@ltad/core/check";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { decodeModel, encodeRead, largestFile } from "./codec.js";
import { isExternal, nameOf, tensorsOf } from "./every-tensor.js";
import type { OnnxTensor } from "./messages.js";
import { weightsError } from "./onnx-error.js";

/**
 * Reads an ONNX file into one array of bytes. Weights in files beside it, which PyTorch's exporter writes for large models, are moved inside.
 * @param source what errors call the file
 * @returns the bytes of a self-contained model, which are those of the file if it has no external weights
 * @throws LtadError `LTAD_WEIGHTS` when it is not an ONNX file, or a file with weights is missing, too short, or in another folder
 */
export async function readOnnxFile(path: string, source: string): Promise<Uint8Array> {
  check("readOnnxFile", { path, source }, { path: string, source: string });
  const bytes = await readFile(path).catch((error: unknown) => {
    throw weightsError(source, `${path} cannot be read: ${(error as Error).message}`, error);
  });
  const model = decodeModel(bytes, source);
  const outside = [...tensorsOf(model)].filter(({ tensor }) => isExternal(tensor));
  if (outside.length === 0) return bytes;
  const files = filesIn(dirname(path), source);
  for (const found of outside) {
    const rawData = await numbersOf(found.tensor, nameOf(found), files, source);
    Object.assign(found.tensor, { rawData }); // the message was decoded here, so it is safe to change
    for (const field of ["externalData", "dataLocation"]) Reflect.deleteProperty(found.tensor, field);
  }
  return encodeRead(model, source);
}

type OpenFile = (name: string) => Promise<Uint8Array>;

async function numbersOf({ externalData = [] }: OnnxTensor, name: string, open: OpenFile, source: string): Promise<Uint8Array> {
  const entries: Record<string, string | undefined> = Object.fromEntries(externalData.map(({ key = "", value = "" }) => [key, value]));
  const { location = "", offset = "0", length } = entries;
  if (!isName(location))
    throw incompleteError(source, `the weight ${name} is in ${JSON.stringify(location)}, expected a file in the same folder`);
  const file = await open(location);
  const from = Number(offset);
  const size = length === undefined ? file.length - from : Number(length);
  if (from >= 0 && size >= 0 && from + size <= file.length) return file.subarray(from, from + size);
  throw incompleteError(source, `${location} has ${file.length} bytes, but the weight ${name} needs bytes ${from} to ${from + size}`);
}

/** True for the plain name of a file beside the model, false for a path. */
function isName(location: string): boolean {
  return location !== "" && location !== ".." && location !== "." && basename(location) === location && !location.includes("\\");
}

/** Opens the files of a folder, each of them once. */
function filesIn(folder: string, source: string): OpenFile {
  const files = new Map<string, Promise<Uint8Array>>();
  const read = async (name: string) => {
    const { size } = await stat(join(folder, name)).catch((cause: unknown) => {
      throw incompleteError(source, `${name}, which holds its weights, is missing`, cause);
    });
    if (size > largestFile) throw incompleteError(source, `${name} has ${size} bytes, more than one ONNX file can hold`);
    return readFile(join(folder, name));
  };
  return (name) => {
    const file = files.get(name) ?? read(name);
    files.set(name, file);
    return file;
  };
}

function incompleteError(source: string, why: string, cause?: unknown) {
  return weightsError(source, `${why}. Export or copy it again, with all files that belong to it`, cause);
}

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { LtadError } from "@ltad/core";
import { type Field, fieldsOf, lengthField, type Parts, textOf } from "./wire.js";

// Field numbers of onnx.proto: ModelProto.graph 7, GraphProto.initializer 5, TensorProto.raw_data 9, external_data 13, data_location 14.
const numbers = { graph: 7, initializer: 5, raw: 9, external: 13, location: 14 };

/**
 * Reads an ONNX file; weights that lie in files beside it, as PyTorch's exporter writes them, are put inside.
 * @param source its name, for errors
 * @throws LtadError `LTAD_WEIGHTS` when a file is missing, too short, or lies elsewhere
 */
export async function readOnnxFile(path: string, source: string): Promise<Uint8Array> {
  const fail = (why: string, cause?: unknown): never => {
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: not a usable ONNX file (${why}). Export or copy it again, with all files that belong to it.`,
      { cause, details: { file: path } },
    );
  };
  const bytes = await readFile(path);
  const open = cachedReader(dirname(path), fail);
  try {
    return Buffer.concat(
      await mapFields(bytes, numbers.graph, (graph) => mapFields(graph, numbers.initializer, (tensor) => inlined(tensor, open, fail))),
    );
  } catch (error) {
    if (error instanceof RangeError) return fail(error.message, error);
    throw error;
  }
}

/** A message with each field of a number replaced by what a function makes of its content. */
async function mapFields(message: Uint8Array, number: number, change: (content: Uint8Array) => Promise<Parts>): Promise<Parts> {
  const parts: Parts[] = [];
  for (const field of fieldsOf(message))
    parts.push(field.number === number ? lengthField(number, await change(field.content)) : [field.raw]);
  return parts.flat();
}

async function inlined(tensor: Uint8Array, open: (name: string) => Promise<Uint8Array>, fail: (why: string) => never): Promise<Parts> {
  const fields = fieldsOf(tensor);
  const entries = fields.filter(({ number }) => number === numbers.external).map(entryOf);
  if (entries.length === 0) return [tensor];
  const { location = "", offset = "0", length } = Object.fromEntries(entries) as Record<string, string>;
  if (!location || basename(location) !== location || location.includes("\\"))
    return fail(`its weights lie in ${JSON.stringify(location)}, expected a file beside it`);
  const file = await open(location);
  const [from, size] = [Number(offset), length === undefined ? file.length - Number(offset) : Number(length)];
  if (!(from >= 0 && size >= 0 && from + size <= file.length))
    return fail(`${location} has ${file.length} bytes, a weight lies at ${from} to ${from + size}`);
  const kept = fields.filter(({ number }) => ![numbers.external, numbers.location, numbers.raw].includes(number)).map(({ raw }) => raw);
  return [...kept, ...lengthField(numbers.raw, [file.subarray(from, from + size)])];
}

/** StringStringEntryProto: key 1, value 2. */
function entryOf({ content }: Field): readonly [string, string] {
  const text = (number: number) => {
    const field = fieldsOf(content).find((one) => one.number === number);
    return field ? textOf(field) : "";
  };
  return [text(1), text(2)];
}

const largestFile = 2 ** 31 - 1;

function cachedReader(folder: string, fail: (why: string, cause?: unknown) => never) {
  const files = new Map<string, Promise<Uint8Array>>();
  const read = async (name: string) => {
    const { size } = await stat(join(folder, name)).catch((cause: unknown) => fail(`${name}, where its weights lie, is missing`, cause));
    return size > largestFile ? fail(`${name} has ${size} bytes, more than one ONNX file can have`) : readFile(join(folder, name));
  };
  return (name: string): Promise<Uint8Array> => {
    const file = files.get(name) ?? read(name);
    files.set(name, file);
    return file;
  };
}

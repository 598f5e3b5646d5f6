import { type FileHandle, open, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { NdArray, NdArrays } from "./array.js";
import { LtadError } from "./errors.js";
import { arrayOf } from "./safetensors.js";
import { failFor, type Header, type HeaderEntry, headerLength, lengthBytes, parseHeader } from "./safetensors-header.js";

/** What the header of a checkpoint says about a tensor. */
export interface TensorInfo {
  /** As the file names it: "F32", "BF16". */
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** An open weight file of any size, in one part or several, whose tensors are read only on demand. */
export interface WeightFile {
  readonly tensors: Readonly<Record<string, TensorInfo>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads these tensors. @throws LtadError `LTAD_WEIGHTS` when one does not exist or the file has been shortened meanwhile */
  read(names: readonly string[]): Promise<NdArrays>;
}

const maxIndex = 64 * 1024 * 1024;

/**
 * Opens a `.safetensors` file, or all parts that a `.safetensors.index.json` names, and reads only the headers.
 * @throws LtadError `LTAD_WEIGHTS` when a file is missing or damaged, or its header is wrong
 */
export async function openSafetensors(path: string): Promise<WeightFile> {
  return path.endsWith(".index.json") ? openIndex(path) : openFile(path);
}

async function openFile(path: string): Promise<WeightFile> {
  const fail = failFor(path);
  const { data, entries, metadata } = await withFile(path, async (file) => {
    const { size } = await file.stat();
    const length = headerLength(await readRange(file, 0, Math.min(64, size)), size, fail);
    const header = parseHeader(await readRange(file, lengthBytes, length), size - lengthBytes - length, fail);
    return { data: lengthBytes + length, ...header } satisfies Header & { data: number };
  });
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const readOne = async (file: FileHandle, { name, begin, end }: HeaderEntry) => {
    const bytes = await readRange(file, data + begin, end - begin);
    if (bytes.length !== end - begin) fail(`it ends within ${name}`);
    return bytes;
  };
  return {
    tensors: Object.fromEntries(entries.map(({ name, dtype, shape }) => [name, { dtype, shape }])),
    metadata,
    read: (names) =>
      withFile(path, async (file) => {
        const arrays: [string, NdArray][] = [];
        for (const name of names) {
          const entry = byName.get(name) ?? fail(`it has no ${name}`);
          arrays.push([name, arrayOf(entry, await readOne(file, entry), fail)]);
        }
        return Object.fromEntries(arrays);
      }),
  };
}

async function openIndex(path: string): Promise<WeightFile> {
  const partOf = await readIndex(path);
  const parts = new Map<string, WeightFile>();
  for (const part of new Set(partOf.values())) parts.set(part, await openFile(join(dirname(path), part)));
  const of = (name: string) => {
    const part = partOf.get(name);
    return part === undefined ? failFor(path)(`it has no ${name}`) : parts.get(part)!;
  };
  for (const [name, part] of partOf) if (!Object.hasOwn(of(name).tensors, name)) failFor(path)(`${name} is not in ${part}`);
  return {
    tensors: Object.fromEntries(Array.from(partOf.keys(), (name) => [name, of(name).tensors[name]!])),
    metadata: {},
    read: async (names) => {
      const arrays: Record<string, NdArray> = {};
      for (const name of names) Object.assign(arrays, await of(name).read([name]));
      return arrays;
    },
  };
}

/** Tensor name -> file name; every file is in the folder of the index. */
async function readIndex(path: string): Promise<ReadonlyMap<string, string>> {
  const fail = (why: string): never => {
    throw new LtadError("LTAD_WEIGHTS", `${path}: not a readable index of safetensors files (${why}). Fetch or write it again.`, {
      details: { file: path },
    });
  };
  if (((await stat(path).catch(() => undefined))?.size ?? 0) > maxIndex) fail(`it has more than ${maxIndex} bytes`);
  let map: unknown;
  try {
    map = (JSON.parse(await readFile(path, "utf8")) as { weight_map?: unknown }).weight_map;
  } catch (error) {
    fail((error as Error).message);
  }
  if (typeof map !== "object" || map === null || Array.isArray(map)) return fail("it has no weight_map");
  for (const [name, part] of Object.entries(map) as [string, unknown][]) {
    if (typeof part !== "string" || basename(part) !== part || part.includes("\\") || !part.endsWith(".safetensors"))
      fail(`${name} is in ${JSON.stringify(part)}, expected a .safetensors file next to the index`);
  }
  return new Map(Object.entries(map as Record<string, string>));
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    return await use(file);
  } catch (error) {
    if (error instanceof LtadError) throw error;
    throw new LtadError("LTAD_WEIGHTS", `${path}: cannot be read (${(error as Error).message}).`, {
      cause: error,
      details: { file: path },
    });
  } finally {
    await file?.close();
  }
}

const chunk = 512 * 1024 * 1024; // one read call takes at most 2 GiB

/** `length` bytes from position `at`, or fewer at the end of the file. */
async function readRange(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(chunk, length - done), at + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

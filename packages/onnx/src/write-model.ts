import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { sha256, writeError, writeFileAtomic } from "@ltad/core";
import { check, having, number, string } from "@ltad/core/check";
import { encodeModel } from "./codec.js";
import type { Tensor } from "./compact-weight.js";

// An .onnx file is one protobuf message, which can have at most 2 GB. Larger weights are written to a file beside it, which the model names.

/** A model that has not been encoded yet, with the fields of ModelProto in onnx.proto. */
export interface ModelMessage {
  readonly graph: { readonly initializer: readonly Tensor[] } & Readonly<Record<string, unknown>>;
}

/** Weights of more bytes than this are written to a separate file. */
export const largestModel = 1.9e9;
/** Offsets in that file are multiples of this, so that it can be mapped into memory. */
const page = 4096;
/** Tensors with fewer bytes stay in the model. */
const leastBytes = 1024;

/**
 * Writes a model, and a data file `<model>.<hash>.data` beside it if its weights are larger than `above`. Each file is written completely or not at
 * all. The data file is written first, under the hash of its content, so that a reader always finds the weights that belong to the model. Data files of
 * earlier models with the same name are deleted at the end.
 * @param above in bytes; {@link largestModel} by default
 * @throws LtadError `LTAD_WRITE` when a file cannot be written
 */
export async function writeModel(path: string, message: ModelMessage, above = largestModel): Promise<void> {
  check("writeModel", { path, message, above }, { path: string, message: having("a model with a graph", "graph"), above: number(0) });
  const bytes = message.graph.initializer.reduce((sum, { rawData }) => sum + rawData.byteLength, 0);
  const moved = bytes > above ? message.graph.initializer.filter(({ rawData }) => rawData.byteLength >= leastBytes) : [];
  if (moved.length === 0) await writeFileAtomic(path, encodeModel(message));
  const chunks = moved.map(({ rawData }) => rawData);
  const location = `${basename(path)}.${sha256(chunks.map(sha256).join()).slice(0, 12)}.data`;
  if (moved.length > 0) {
    await writeChunks(join(dirname(path), location), chunks);
    await writeFileAtomic(path, encodeModel(withExternal(message, new Set(moved), location)));
  }
  await deleteEarlier(path, moved.length > 0 ? location : undefined);
}

function withExternal(message: ModelMessage, moved: ReadonlySet<object>, location: string): object {
  let offset = 0;
  const initializer = message.graph.initializer.map((tensor) => {
    if (!moved.has(tensor)) return tensor;
    const { rawData, ...rest } = tensor;
    const entries = { location, offset: String(offset), length: String(rawData.byteLength) };
    offset += pages(rawData.byteLength);
    return { ...rest, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) };
  });
  return { ...message, graph: { ...message.graph, initializer } };
}

const pages = (bytes: number) => Math.ceil(bytes / page) * page;

async function writeChunks(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const beside = join(dirname(path), `.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, "wx");
    try {
      for (const chunk of chunks) {
        await file.writeFile(chunk); // continues where the previous chunk ended
        await file.writeFile(new Uint8Array(pages(chunk.byteLength) - chunk.byteLength));
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}

async function deleteEarlier(path: string, keep: string | undefined): Promise<void> {
  const name = basename(path);
  const isData = (file: string) => file.startsWith(`${name}.`) && /^[0-9a-f]{12}\.data$/.test(file.slice(name.length + 1));
  const files = await readdir(dirname(path));
  await Promise.all(files.filter((file) => isData(file) && file !== keep).map((file) => rm(join(dirname(path), file), { force: true })));
}

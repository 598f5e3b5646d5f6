import { decodeSafetensors, type NdArrays, sizeOf } from "@ltad/core/browser";
import { bundleError } from "./bundle-error.js";
import { classTensors } from "./graph-contract.js";
import type { Manifest } from "./manifest.js";

/** The default memory for the tables of classes, in bytes. */
const usualMemory = 512 * 2 ** 20;

/** The tables of all classes, which are read when they are needed. */
export interface ClassTables {
  /** True when the tables of all classes fit into the memory, so that they can be read when the model is opened. */
  readonly fits: boolean;
  /** The tables of a class. @throws LtadError `LTAD_BUNDLE` when its file is damaged or missing */
  of(label: number): Promise<NdArrays>;
}

/**
 * Keeps the tables of the most recently used classes in memory.
 * @param read the tables of one class
 * @param memory in bytes; the tables of one class are kept in any case
 */
export function keepTables(manifest: Manifest, read: (label: number) => Promise<NdArrays>, memory = usualMemory): ClassTables {
  const most = Math.max(1, Math.floor(memory / bytesOfClass(manifest)));
  const kept = new Map<number, Promise<NdArrays>>(); // in the order of use, the most recent class last
  const forget = (label: number, tables: Promise<NdArrays>) => kept.get(label) === tables && kept.delete(label);
  return {
    fits: manifest.classes.length <= most,
    of(label) {
      const found = kept.get(label);
      const tables = found ?? read(label);
      kept.delete(label);
      kept.set(label, tables);
      if (!found) tables.catch(() => forget(label, tables));
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break;
        kept.delete(oldest);
      }
      return tables;
    },
  };
}

/** How many bytes the tables of a class take in memory. */
export function bytesOfClass(manifest: Manifest): number {
  return Object.values(classTensors(manifest)).reduce((sum, { shape }) => sum + 4 * sizeOf(shape as number[]), 0);
}

/** Decodes the file of a class. @param place the path of the file, for messages @throws LtadError `LTAD_BUNDLE` when its tables are not those that the head takes */
export function decodeClass(bytes: Uint8Array, manifest: Manifest, place: string): NdArrays {
  const wanted = classTensors(manifest);
  const arrays = decoded(bytes, place);
  const written = (specs: NdArrays | typeof wanted) =>
    Object.keys(specs)
      .sort()
      .map((name) => `${name} ${specs[name]!.dtype} [${specs[name]!.shape.join(", ")}]`)
      .join(", ");
  if (written(arrays) !== written(wanted))
    throw bundleError(place, `has ${written(arrays)}; the head expects ${written(wanted)} of a class. Write the bundle again.`);
  return arrays;
}

function decoded(bytes: Uint8Array, place: string): NdArrays {
  try {
    return decodeSafetensors(bytes, place).arrays;
  } catch (error) {
    throw bundleError(place, `cannot be read as the tables of a class (${(error as Error).message}). Write the bundle again.`, error);
  }
}

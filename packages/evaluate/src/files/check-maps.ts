import { readdir } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { eachAtOnce, isLtadError, type JobOptions, LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type ClassData, faultLines, type TestItem } from "@ltad/data";
import { findMap, mapEndings } from "./find-map.js";
import { readMap } from "./read-maps.js";

const mostNamed = 3;

/**
 * Reads the maps of all classes once before the work on them begins, and looks for others below the folder.
 * @returns sentences about maps that are not used: further ones of one image, and those of no test image
 * @throws LtadError `LTAD_DATA` that names every image without a map, and every map that cannot be used
 */
export async function checkMaps(folder: string, classes: readonly ClassData[], { signal, onProgress }: JobOptions = {}): Promise<string[]> {
  const items = classes.flatMap(({ test }) => test);
  let done = 0;
  const found = await eachAtOnce(
    items,
    async (item) => {
      const map = await mapOf(folder, item);
      onProgress?.({ phase: "check", done: ++done, total: items.length, unit: "images" });
      return map;
    },
    { signal, atOnce: 4 },
  );
  throwFaults(found.flatMap(({ fault }) => fault ?? []));
  const unused = await mapsBelow(folder);
  for (const file of found.flatMap(({ files }) => files)) unused.delete(file.normalize("NFC"));
  const several = found.map(({ files }) => files).filter(({ length }) => length > 1);
  return [...severalMaps(folder, several), ...unusedMaps(folder, [...unused.values()])];
}

/** The maps of an image, of which the first was read. */
async function mapOf(folder: string, item: TestItem): Promise<{ readonly files: readonly string[]; readonly fault?: LtadError }> {
  try {
    const files = await findMap(folder, item);
    await readMap(files[0], item);
    return { files };
  } catch (error) {
    if (!isLtadError(error)) throw error;
    return { files: [], fault: error };
  }
}

function throwFaults(faults: readonly LtadError[]): void {
  const [first] = faults;
  if (!first) return;
  if (faults.length === 1) throw first;
  const lines = faultLines(faults.map((error) => ({ error })));
  const message = `${faults.length} maps are missing or cannot be used:\n  ${lines.join("\n  ")}`;
  throw new LtadError("LTAD_DATA", message, { cause: first });
}

/** Paths of all files in a folder and below that end as maps do, by the same path composed. */
async function mapsBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => !entry.isDirectory() && mapEndings.includes(extname(entry.name)));
  return new Map(files.map(({ parentPath, name }) => join(parentPath, name)).map((file) => [file.normalize("NFC"), file]));
}

function severalMaps(folder: string, all: readonly (readonly string[])[]): string[] {
  const [files] = all;
  if (!files) return [];
  const [first, ...others] = files.map((file) => relative(folder, file)) as [string, ...string[]];
  const rest = all.length > 1 ? "; so it is with the others" : "";
  return [
    `${folder}: ${plural(all.length, "image has", "images have")} more than one map: ${first} is read, and not ${others.map((file) => basename(file)).join(", ")}${rest}.`,
  ];
}

function unusedMaps(folder: string, files: readonly string[]): string[] {
  if (files.length === 0) return [];
  const names = files.map((file) => relative(folder, file)).sort();
  const more = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : "";
  const what = plural(names.length, "map is of no test image and is not used", "maps are of no test image and are not used");
  return [`${folder}: ${what}: ${names.slice(0, mostNamed).join(", ")}${more}.`];
}

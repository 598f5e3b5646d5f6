import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type NdArrays, readSafetensors } from "@ltad/core";

/** Path of a file below `src`. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** A JSON file below `src`. */
export async function jsonFixture<T = unknown>(path: string): Promise<T> {
  return JSON.parse(await readFile(fixture(path), "utf8")) as T;
}

/** The arrays of a safetensors file below `src`. */
export async function arraysFixture(path: string): Promise<NdArrays> {
  return (await readSafetensors(fixture(path))).arrays;
}

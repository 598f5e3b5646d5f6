import { loadOrt } from "./ort.js";

/** Which build of ONNX Runtime executes graphs in this process and, if it is not the native one, why. */
export interface RuntimeInfo {
  readonly name: "onnxruntime-node" | "onnxruntime-web";
  readonly version: string;
  /** The execution providers that this build contains. */
  readonly providers: readonly string[];
  /** The reason why the native build could not be loaded, and the remedy; undefined if it was loaded. */
  readonly problem?: string;
}

/** Describes the build of ONNX Runtime, which it loads first if necessary. */
export async function runtimeInfo(): Promise<RuntimeInfo> {
  const { api, name, backends, problem } = await loadOrt();
  const version = api.env.versions.common;
  const info = { name, version, providers: backends };
  if (problem === undefined) return info;
  const remedy = `Where it has a binary for your machine, "npm install onnxruntime-node@${version} --ignore-scripts" installs it.`;
  const words = `onnxruntime-node could not be loaded (${problem}). Graphs run on WebAssembly instead: same results, several times slower.`;
  return { ...info, problem: `${words} ${remedy}` };
}

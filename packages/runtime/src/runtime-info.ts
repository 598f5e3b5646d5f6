import { loadOrt } from "./ort.js";

/** Which build of ONNX Runtime executes graphs in this process, and why it is not the native one. */
export interface RuntimeInfo {
  readonly name: "onnxruntime-node" | "onnxruntime-web";
  readonly version: string;
  /** Execution providers that this build contains. */
  readonly providers: readonly string[];
  /** Present when the native build could not be loaded: the reason and the remedy, in words for a person. */
  readonly problem?: string;
}

/** Loads ONNX Runtime, unless it is loaded already, and describes it. */
export async function runtimeInfo(): Promise<RuntimeInfo> {
  const { api, name, backends, problem } = await loadOrt();
  const version = api.env.versions.common;
  const info = { name, version, providers: backends };
  if (problem === undefined) return info;
  const remedy = `Where it has a binary for your machine, "npm install onnxruntime-node@${version} --ignore-scripts" installs it.`;
  const words = `onnxruntime-node could not be loaded (${problem}). Graphs run on WebAssembly instead: same results, several times slower.`;
  return { ...info, problem: `${words} ${remedy}` };
}

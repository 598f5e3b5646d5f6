import { availableParallelism } from "node:os";
import type * as common from "onnxruntime-common";
import { disableTelemetry } from "./disable-telemetry.js";

/** The interface that both builds of ONNX Runtime share. */
export type OrtApi = Pick<typeof common, "InferenceSession" | "Tensor" | "env">;

/** The build of ONNX Runtime that executes graphs in this process. */
export interface Ort {
  readonly api: OrtApi;
  readonly name: "onnxruntime-node" | "onnxruntime-web";
  /** The execution providers that this build contains; "wasm" for onnxruntime-web. */
  readonly backends: readonly string[];
  /** Why the native build could not be loaded; undefined if it was. */
  readonly problem?: string;
}

let loading: Promise<Ort> | undefined;

/**
 * Loads ONNX Runtime once. It is the native build if that is installed and fits this machine, and otherwise WebAssembly, which is slower and computes the
 * same numbers to 1e-4 of the largest.
 */
export function loadOrt(): Promise<Ort> {
  return (loading ??= loadNative().catch((error: unknown) => loadWasm(reasonOf(error))));
}

async function loadNative(): Promise<Ort> {
  disableTelemetry();
  const native = await import("onnxruntime-node");
  return { api: native, name: "onnxruntime-node", backends: native.listSupportedBackends().map(({ name }) => name) };
}

async function loadWasm(problem: string): Promise<Ort> {
  const web = await import("onnxruntime-web");
  web.env.logLevel = "error";
  web.env.wasm.numThreads = availableParallelism();
  return { api: web, name: "onnxruntime-web", backends: ["wasm"], problem };
}

/** The first line of an error only; in the following lines Node.js lists the modules that required a missing one. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!.trim();
}

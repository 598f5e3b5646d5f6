import { isLtadError, LtadError } from "@ltad/core/browser";
import { check, fields, listOf, oneOf, optional, string, whole } from "@ltad/core/check";
import type { InferenceSession } from "onnxruntime-common";
import { asSession } from "../as-session.js";
import type { GraphSpecs } from "../check-graph.js";
import type { Program, TensorSpecs } from "../program.js";
import { programOf } from "../program-of.js";
import { specsRule } from "../rules.js";
import { loadOrt } from "./load-ort.js";

/** How ONNX Runtime is loaded in a browser, and how it executes a graph. */
export interface WebRuntimeOptions {
  /**
   * The address of a folder with the files of ONNX Runtime (`onnxruntime-web/dist`), of which two are fetched. By default ONNX Runtime looks beside its own
   * script.
   */
  readonly runtimeUrl?: string | undefined;
  /** The number of WebAssembly threads. Browsers allow more than one only on isolated pages (COOP and COEP), where the default is one per core. */
  readonly threads?: number | undefined;
  /** Providers in order of preference; ["wasm"] by default. With ["webgpu", "wasm"] the graphics processor is used if the browser supports it. */
  readonly providers?: readonly ("wasm" | "webgpu")[] | undefined;
}

/** The rules for {@link WebRuntimeOptions}. */
export const webRuntimeFields = {
  runtimeUrl: optional(string),
  threads: optional(whole(1)),
  providers: optional(listOf(oneOf(["wasm", "webgpu"]))),
} as const;

const rules = fields({ ...webRuntimeFields, inputs: optional(specsRule), outputs: optional(listOf(string)) });

/**
 * Opens an ONNX file in a browser, on WebAssembly or WebGPU.
 * @throws LtadError `LTAD_BUNDLE` when the model cannot be loaded, `LTAD_CONFIG` when no provider is available, `LTAD_SHAPE` when the file has other
 *   inputs or outputs
 */
export async function openProgram<const In extends TensorSpecs = TensorSpecs, const Out extends string = string>(
  model: Uint8Array,
  options: WebRuntimeOptions & GraphSpecs<In, Out> = {},
): Promise<Program<In, Out>> {
  check("openProgram", { options }, { options: rules });
  const { api, providers } = await loadOrt(options);
  const session = await create(() => api.InferenceSession.create(model, { executionProviders: [...providers] }));
  return programOf(asSession(api, session, providers), "model", options);
}

async function create(make: () => Promise<InferenceSession>): Promise<InferenceSession> {
  try {
    return await make();
  } catch (error) {
    if (isLtadError(error)) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
    throw new LtadError("LTAD_BUNDLE", `model: ONNX Runtime cannot load it (${reason}). Write it again, or fetch it again.`, {
      cause: error,
    });
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isLtadError, LtadError, type DType, type NdArray, type NdArrays } from "@ltad/core";
import { boolean, check, fields, optional, refuse, type Rule } from "@ltad/core/check";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import { loadOrt, type Ort } from "./ort.js";
import type { TensorSpec } from "./program.js";
import { runtimeFields } from "./rules.js";
import { checkProviders, fallBack, firstAvailable } from "./providers.js";
import { type SessionOptions, settingsFor } from "./session-settings.js";

/** A graph that is loaded. Arrays go in and come out without a copy of their numbers. */
export interface Session {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly outputs: readonly string[];
  /** The execution providers that it runs on. */
  readonly providers: readonly string[];
  run(arrays: NdArrays): Promise<Record<string, NdArray>>;
  release(): Promise<void>;
}

/**
 * A session of ONNX Runtime with our defaults: the CPU, and what {@link settingsFor} says.
 * @throws LtadError `LTAD_CONFIG` when a provider is not available, `LTAD_BUNDLE` when the model cannot be loaded
 */
export async function createSession(model: Uint8Array | string, options: SessionOptions): Promise<Session> {
  check("session", { model, options }, { model: modelRule, options: fields({ ...runtimeFields, training: optional(boolean) }) });
  const wanted = options.providers ?? ["cpu"];
  const ort = await loadOrt();
  checkProviders(wanted, ort);
  try {
    return await firstAvailable(wanted, ort, async (providers) => {
      const session = ort.name === "onnxruntime-node" ? await native(ort, model, options, providers) : await wasm(ort, model);
      return asSession(ort, session, ort.name === "onnxruntime-node" ? providers : ["wasm"]);
    });
  } catch (error) {
    throw isLtadError(error) ? error : modelError(error, model);
  }
}

/**
 * A model given as bytes is a whole one. Without these settings ONNX Runtime looks for numbers outside in the working directory; it gets a
 * folder that cannot exist, because this file is in its place.
 */
const alone = { load_model_format: "ONNX", model_external_initializers_file_folder_path: join(fileURLToPath(import.meta.url), "none") };

async function native({ api }: Ort, model: Uint8Array | string, options: SessionOptions, providers: readonly string[]) {
  const onCpu = providers.length === 1 && providers[0] === "cpu";
  const { intra_op, optimization, ...own } = settingsFor(options, onCpu);
  const bytesOnly = typeof model === "string" ? {} : alone;
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [...providers],
    ...own,
    extra: { session: { intra_op, ...bytesOnly, ...fallBack(providers) }, optimization },
    logSeverityLevel: onCpu ? 3 : 4, // an error tells which provider is not available
  };
  return typeof model === "string" ? api.InferenceSession.create(model, settings) : api.InferenceSession.create(model, settings);
}

async function wasm({ api }: Ort, model: Uint8Array | string) {
  const bytes = typeof model === "string" ? await readFile(model) : model;
  return api.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
}

function asSession({ api }: Ort, session: InferenceSession, providers: readonly string[]): Session {
  const convert = ({ dtype, shape, data }: NdArray) => new api.Tensor(dtype, data, shape);
  return {
    inputs: specsOf(session),
    outputs: session.outputNames,
    providers,
    async run(arrays) {
      const feeds = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, convert(array)]));
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, arrayOf(tensor)]));
    },
    release: () => session.release(),
  };
}

function arrayOf(tensor: Tensor): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

/** Type and shape of a session's inputs; named dimensions are free. */
function specsOf(session: InferenceSession): Record<string, TensorSpec> {
  const specs: Record<string, TensorSpec> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    specs[input.name] = { dtype: input.type as DType, shape: input.shape.map((n) => (typeof n === "number" ? n : null)) };
  }
  return specs;
}

const modelRule: Rule = (value, path) => {
  const fits = (typeof value === "string" && value !== "") || value instanceof Uint8Array;
  if (!fits) throw refuse(path, "the path of an .onnx file or its bytes as a Uint8Array", value);
};

function modelError(error: unknown, model: Uint8Array | string): LtadError {
  const reason = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
  const name = typeof model === "string" ? model : "model";
  return new LtadError("LTAD_BUNDLE", `${name}: ONNX Runtime cannot load it (${reason}). Write it again, or fetch it again.`, {
    cause: error,
  });
}

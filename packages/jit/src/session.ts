import { LtadError, type DType, type NdArray } from "@ltad/core";
import * as ort from "onnxruntime-node";
import type { RuntimeOptions, TensorSpec } from "./program.js";

export interface SessionOptions extends RuntimeOptions {
  /** Plans all memory of a run as one block. A training step then takes half as much memory again and is no faster: off there. */
  readonly memoryPattern?: boolean;
}

/**
 * A session of ONNX Runtime with our defaults: one provider, no spinning threads.
 * @throws LtadError `LTAD_CONFIG` when a provider is not there, `LTAD_BUNDLE` when the model cannot be loaded
 */
export async function createSession(model: Uint8Array | string, options: SessionOptions): Promise<ort.InferenceSession> {
  const providers = options.providers ?? ["cpu"];
  checkProviders(providers);
  const settings: ort.InferenceSession.SessionOptions = {
    executionProviders: [...providers],
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    enableMemPattern: options.memoryPattern ?? true,
    extra: { session: { intra_op: { allow_spinning: options.spinning ? "1" : "0" } } },
    logSeverityLevel: 3,
  };
  try {
    return await (typeof model === "string" ? ort.InferenceSession.create(model, settings) : ort.InferenceSession.create(model, settings));
  } catch (error) {
    throw explain(error, model, providers);
  }
}

function checkProviders(providers: readonly string[]) {
  const known = ort.listSupportedBackends().map((b) => b.name);
  const missing = providers.find((p) => !known.includes(p));
  if (missing !== undefined)
    throw new LtadError("LTAD_CONFIG", `providers: ${missing} is not in this build of ONNX Runtime. Choose from ${known.join(", ")}.`);
}

function explain(error: unknown, model: Uint8Array | string, providers: readonly string[]): LtadError {
  const reason = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
  const other = providers.find((p) => p !== "cpu");
  if (other !== undefined && /provider|cuda|tensorrt|webgpu|\.so/i.test(reason))
    return new LtadError("LTAD_CONFIG", `providers: ${other} cannot be used here (${reason}). Install what it needs, or use "cpu".`, {
      cause: error,
    });
  const name = typeof model === "string" ? model : "model";
  return new LtadError("LTAD_BUNDLE", `${name}: ONNX Runtime cannot load it (${reason}). Write it again, or fetch it again.`, {
    cause: error,
  });
}

/** An array as a tensor of ONNX Runtime; its numbers are not copied. */
export function toOrt({ dtype, shape, data }: NdArray): ort.Tensor {
  return new ort.Tensor(dtype, data, shape);
}

/** A tensor of ONNX Runtime as an array; its numbers are not copied. */
export function fromOrt(tensor: ort.Tensor): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

/** Type and shape of a session's inputs; named dimensions are free. */
export function specsOf(session: ort.InferenceSession): Record<string, TensorSpec> {
  const specs: Record<string, TensorSpec> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    specs[input.name] = { dtype: input.type as DType, shape: input.shape.map((n) => (typeof n === "number" ? n : null)) };
  }
  return specs;
}

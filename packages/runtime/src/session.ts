import { isLtadError, LtadError, type DType, type NdArray } from "@ltad/core";
import * as ort from "onnxruntime-node";
import type { TensorSpec } from "./program.js";
import { checkProviders, fallBack, firstAvailable } from "./providers.js";
import { type SessionOptions, settingsFor } from "./session-settings.js";

export type OrtTensor = ort.Tensor;

/** A session, and the execution providers that it runs on. */
export interface OpenSession {
  readonly session: ort.InferenceSession;
  readonly providers: readonly string[];
}

/**
 * A session of ONNX Runtime with our defaults: the CPU, and what {@link settingsFor} says.
 * @throws LtadError `LTAD_CONFIG` when a provider is not there, `LTAD_BUNDLE` when the model cannot be loaded
 */
export async function createSession(model: Uint8Array | string, options: SessionOptions): Promise<OpenSession> {
  const wanted = options.providers ?? ["cpu"];
  checkProviders(wanted);
  try {
    return await firstAvailable(wanted, async (providers) => {
      const onCpu = providers.length === 1 && providers[0] === "cpu";
      const { intra_op, optimization, ...own } = settingsFor(options, onCpu);
      const settings: ort.InferenceSession.SessionOptions = {
        executionProviders: [...providers],
        ...own,
        extra: { session: { intra_op, ...fallBack(providers) }, optimization },
        logSeverityLevel: onCpu ? 3 : 4, // a provider that cannot be had is told by an error
      };
      const session = await (typeof model === "string"
        ? ort.InferenceSession.create(model, settings)
        : ort.InferenceSession.create(model, settings));
      return { session, providers };
    });
  } catch (error) {
    throw isLtadError(error) ? error : unloadable(error, model);
  }
}

function unloadable(error: unknown, model: Uint8Array | string): LtadError {
  const reason = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
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

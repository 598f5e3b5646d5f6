import { LtadError, type DType, type NdArray, type NdArrays } from "@ltad/core/browser";
import type * as common from "onnxruntime-common";
import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { TensorSpec } from "./program.js";

/** A loaded graph. Arrays are passed in and out without copying their numbers. */
export interface Session {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  readonly outputs: readonly string[];
  /** The execution providers in use. */
  readonly providers: readonly string[];
  run(arrays: NdArrays): Promise<Record<string, NdArray>>;
  release(): Promise<void>;
}

/** A session of either build of ONNX Runtime. */
export function asSession(api: Pick<typeof common, "Tensor">, session: InferenceSession, providers: readonly string[]): Session {
  const convert = ({ dtype, shape, data }: NdArray) => new api.Tensor(dtype, data, shape);
  return {
    inputs: specsOf(session),
    outputs: session.outputNames,
    providers,
    async run(arrays) {
      const feeds = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, convert(array)]));
      const results = await session.run(feeds).catch(runError);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, arrayOf(tensor)]));
    },
    release: () => session.release(),
  };
}

/** The error for values that a graph cannot compute with, such as an index beyond the end or a division of whole numbers by 0. */
function runError(error: unknown): never {
  const reason = (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, " ");
  const [, operation, why] = /while running (\w+) node\..*?Status Message: ?(.*)$/.exec(reason) ?? [];
  const what = operation === undefined ? reason : `${operation}: ${why || "no reason given"}`;
  const remedy = "Check the numbers of the inputs, such as indices and divisors, and that none is empty";
  throw new LtadError("LTAD_SHAPE", `run: ONNX Runtime cannot compute the graph with these inputs (${what}). ${remedy}.`, { cause: error });
}

function arrayOf(tensor: Tensor): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

/** The types and shapes of a session's inputs; named dimensions are free. */
function specsOf(session: InferenceSession): Record<string, TensorSpec> {
  const specs: Record<string, TensorSpec> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    specs[input.name] = { dtype: input.type as DType, shape: input.shape.map((n) => (typeof n === "number" ? n : null)) };
  }
  return specs;
}

import { HttpError } from "../http-error.js";
import type { InferInput } from "../protocol/infer.js";
import { binaryOf, type InputTensor, type OutputTensor } from "../protocol/tensors.js";
import type { InferRequestMessage, InferResponseMessage, Parameters } from "./messages.js";

/** Turns a request of gRPC into the form of HTTP. @throws HttpError `LTAD_REQUEST` */
export function fromMessage({ id, parameters, inputs, outputs, raw_input_contents: raw }: InferRequestMessage): InferInput {
  if (inputs.length > 4 || outputs.length > 20) throw new HttpError("LTAD_REQUEST", "expected at most 4 inputs and 20 outputs.");
  if (raw.length > 0 && raw.length !== inputs.length)
    throw new HttpError("LTAD_REQUEST", `raw_input_contents: expected one for each of ${inputs.length} inputs, received ${raw.length}.`);
  return {
    id: id || undefined,
    parameters: plain(parameters),
    inputs: inputs.map((input, i) => tensorOf(input, raw[i])),
    outputs: outputs.length === 0 ? undefined : outputs.map((output) => ({ name: output.name, parameters: plain(output.parameters) })),
  };
}

function tensorOf({ name, datatype, shape, contents }: InferRequestMessage["inputs"][number], raw: Buffer | undefined): InputTensor {
  const values = datatype === "BYTES" ? contents?.bytes_contents : datatype === "FP32" ? contents?.fp32_contents : contents?.uint_contents;
  return { name, datatype, shape, ...(raw ? { raw } : { data: values ?? [] }) };
}

function plain(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, parameter.parameter_choice && parameter[parameter.parameter_choice]]),
  );
}

/** An answer for gRPC: numbers as bytes, as Triton sends them. */
export function toMessage(
  head: Pick<InferResponseMessage, "model_name" | "model_version" | "id">,
  outputs: readonly OutputTensor[],
): InferResponseMessage {
  return {
    ...head,
    outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    raw_output_contents: outputs.map(binaryOf),
  };
}

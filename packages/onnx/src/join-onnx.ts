import { LtadError } from "@ltad/core";
import { declarations, type OnnxFile, renamedGraph } from "./onnx-file.js";
import { lengthField, numberField, type Parts, textField } from "./wire.js";

/** Models that run one after another. */
export interface Chain {
  /** Its inputs are those of the whole. */
  readonly before: OnnxFile;
  readonly middle: OnnxFile;
  /** Its outputs are those of the whole. */
  readonly after: OnnxFile;
  /** Output of `before` -> input of `middle`. */
  readonly toMiddle: ReadonlyMap<string, string>;
  /** Output of `middle` -> input of `after`. */
  readonly toAfter: ReadonlyMap<string, string>;
}

/** The first operator set in which an operator has the form that our own graphs use; 7 for all others. */
const since: Readonly<Record<string, number>> = {
  Slice: 10,
  Squeeze: 13,
  Unsqueeze: 13,
  Split: 13,
  ReduceSum: 13,
  ReduceMean: 18,
  LayerNormalization: 17,
};

const largestFile = 2 ** 31 - 1;

/**
 * One ONNX file that runs three after another, at the operator set of the middle one.
 * @throws LtadError `LTAD_WEIGHTS` when the operator set is too old for ours, or the whole too large for an ONNX file
 */
export function joinOnnx({ before, middle, after, toMiddle, toAfter }: Chain, source: string): Uint8Array {
  checkOperators([before, after], middle, source);
  const within = (part: string) => (name: string) => `${part}/${name}`;
  const first = (name: string) =>
    before.inputs.some((input) => input.name === name) ? name : within("middle")(toMiddle.get(name) ?? `before/${name}`);
  const fromMiddle = new Map(Array.from(toAfter, ([output, input]) => [input, output]));
  const last = (name: string) => {
    if (after.outputs.includes(name)) return name;
    const output = fromMiddle.get(name);
    return output === undefined ? within("after")(name) : within("middle")(output);
  };
  const graph = [
    ...textField(2, "joined"),
    ...declarations(before.graph, "input"),
    ...renamedGraph(withoutName(before), first),
    ...renamedGraph(withoutName(middle), within("middle")),
    ...renamedGraph(withoutName(after), last),
    ...declarations(after.graph, "output"),
  ];
  const opsets = Array.from(middle.opsets).flatMap(([domain, version]) =>
    lengthField(8, [...textField(1, domain), ...numberField(2, version)]),
  );
  return whole([...middle.others.map(({ raw }) => raw), ...opsets, ...lengthField(7, graph)], source);
}

function withoutName({ graph }: OnnxFile) {
  return graph.filter(({ number }) => number !== 2);
}

function checkOperators(ours: readonly OnnxFile[], { opsets }: OnnxFile, source: string): void {
  const version = opsets.get("") ?? 1;
  const needed = Math.max(...ours.flatMap(({ operators }) => Array.from(operators, (name) => since[name] ?? 7)));
  if (version >= needed) return;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: expected an ONNX operator set from ${needed} on, received ${version}. Export the model again with a newer one (opset_version=17).`,
  );
}

function whole(parts: Parts, source: string): Uint8Array {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  if (size > largestFile)
    throw new LtadError("LTAD_WEIGHTS", `${source}: ${size} bytes are more than one ONNX file can have. Use a smaller model.`);
  return Buffer.concat(parts);
}

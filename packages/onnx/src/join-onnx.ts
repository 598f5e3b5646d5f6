import { LtadError } from "@ltad/core";
import { check, having, string } from "@ltad/core/check";
import { finished, without } from "./codec.js";
import type { OnnxGraph } from "./messages.js";
import { ModelWriter } from "./model-writer.js";
import type { OnnxFile } from "./read-onnx.js";
import { renamedGraph } from "./rename-graph.js";
import { packed, plain } from "./schema.js";

/** Models that run one after another. */
export interface Chain {
  /** Its inputs are the inputs of the joined model. */
  readonly before: OnnxFile;
  readonly middle: OnnxFile;
  /** Its outputs are the outputs of the joined model. */
  readonly after: OnnxFile;
  /** Maps outputs of `before` to inputs of `middle`. */
  readonly toMiddle: ReadonlyMap<string, string>;
  /** Maps outputs of `middle` to inputs of `after`. */
  readonly toAfter: ReadonlyMap<string, string>;
}

/** The first operator set in which an operator has the form that graphs of LTAD use; 7 for all others. */
const since: Readonly<Record<string, number>> = {
  Slice: 10,
  Squeeze: 13,
  Unsqueeze: 13,
  Split: 13,
  ReduceSum: 13,
  ReduceMean: 18,
  ReduceMax: 18,
  ReduceSumSquare: 18,
  LayerNormalization: 17,
};

/**
 * Joins three models that run one after another into one file, which has the IR version, the functions and the operator set of the middle one.
 * @param source what errors call the result
 * @throws LtadError `LTAD_WEIGHTS` when the operator set is too old for the other two models, or the result is too large for an ONNX file
 */
export function joinOnnx(chain: Chain, source: string): Uint8Array {
  check(
    "joinOnnx",
    { chain, source },
    { chain: having("the parts { before, middle, after }", "before", "middle", "after"), source: string },
  );
  const { before, middle, after } = chain;
  checkOperators([before, after], middle, source);
  const rename = renames(chain);
  const writer = new ModelWriter();
  // protobuf merges the parts of a message: lists are concatenated.
  plain.model.encode(without(middle.model, "graph", "opsetImport"), writer);
  const opsetImport = Array.from(middle.opsets, ([domain, version]) => ({ domain, version }));
  plain.model.encode({ opsetImport }, writer);
  writer.uint32(tagOfGraph).fork();
  packed.graph.encode({ name: "joined", input: before.model.graph.input ?? [] }, writer);
  packed.graph.encode(innerOf(before, rename.before), writer);
  plain.graph.encode(innerOf(middle, rename.middle), writer);
  packed.graph.encode(innerOf(after, rename.after), writer);
  packed.graph.encode({ output: after.model.graph.output ?? [] }, writer);
  writer.ldelim();
  return finished(writer, source);
}

/** The tag of ModelProto.graph: field 7, a message. */
const tagOfGraph = 7 * 8 + 2;

/** The names of values in the joined model. They get the name of their part, except for inputs, outputs, and values passed from one part to the next. */
function renames({ before, after, toMiddle, toAfter }: Chain) {
  const middle = (name: string) => `middle/${name}`;
  const inputs = new Set(before.inputs.map(({ name }) => name));
  const outputs = new Set(after.outputs);
  const fromMiddle = new Map(Array.from(toAfter, ([output, input]) => [input, output]));
  return {
    middle,
    before: (name: string) => (inputs.has(name) ? name : middle(toMiddle.get(name) ?? `before/${name}`)),
    after: (name: string) => {
      const output = fromMiddle.get(name);
      return outputs.has(name) ? name : output === undefined ? `after/${name}` : middle(output);
    },
  };
}

/** A graph under new names, without its own name, inputs and outputs. */
function innerOf({ model: { graph } }: OnnxFile, rename: (name: string) => string): OnnxGraph {
  return renamedGraph(without(graph, "name", "input", "output"), rename);
}

function checkOperators(ours: readonly OnnxFile[], { opsets }: OnnxFile, source: string): void {
  const version = opsets.get("") ?? 1;
  const needed = Math.max(...ours.flatMap(({ operators }) => Array.from(operators, (name) => since[name] ?? 7)));
  if (version >= needed) return;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: expected ONNX operator set ${needed} or newer, received ${version}. Export the model again with a newer one (opset_version=17).`,
  );
}

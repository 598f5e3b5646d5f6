import { bytesOf, type NdArrays } from "@ltad/core";
import { encodeModel, onnxType } from "@ltad/onnx";
import type { TensorSpecs } from "@ltad/runtime";

/** One node of a graph: the ONNX operator, the names that it reads, and its integer attributes. */
export type Node = readonly [
  operator: string,
  inputs: readonly string[],
  attributes?: Readonly<Record<string, number | readonly number[]>>,
];

/** A graph written out by hand. */
export interface GraphOfNodes {
  readonly inputs: TensorSpecs;
  readonly outputs: TensorSpecs;
  readonly constants: NdArrays;
  /** Target shapes of the Reshape and Unsqueeze nodes. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Nodes by the name of what they compute, in the order of computation. */
  readonly nodes: Readonly<Record<string, Node>>;
}

/** The ONNX file of a graph. */
export function graphOfNodes({ inputs, outputs, constants, shapes = {}, nodes }: GraphOfNodes): Uint8Array {
  return encodeModel({
    irVersion: 9,
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "tiny",
      node: Object.entries(nodes).map(([name, [opType, input, attributes = {}]]) => ({
        opType,
        input,
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      })),
      initializer: [
        ...Object.entries(constants).map(([name, { dtype, shape, data }]) => tensor(name, onnxType[dtype], shape, bytesOf(data))),
        ...Object.entries(shapes).map(([name, sides]) =>
          tensor(name, onnxType.int64, [sides.length], bytesOf(BigInt64Array.from(sides, BigInt))),
        ),
      ],
      input: Object.entries(inputs).map(valueInfo),
      output: Object.entries(outputs).map(valueInfo),
    },
  });
}

function attribute(name: string, value: number | readonly number[]) {
  return typeof value === "number" ? { name, i: value, type: 2 } : { name, ints: value, type: 7 };
}

function tensor(name: string, dataType: number, dims: readonly number[], rawData: Uint8Array) {
  return { name, dataType, dims, rawData };
}

function valueInfo([name, { dtype, shape }]: [string, TensorSpecs[string]]) {
  const dim = shape.map((side) => (side === null ? { dimParam: "batch" } : { dimValue: side }));
  return { name, type: { tensorType: { elemType: onnxType[dtype], shape: { dim } } } };
}

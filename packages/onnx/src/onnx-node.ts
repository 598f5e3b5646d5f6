import { type Field, fieldsOf, lengthField, newField, numberField, textField, textOf } from "./wire.js";

// NodeProto of onnx.proto (onnx/onnx, Apache-2.0): input 1, output 2, op_type 4, attribute 5, domain 7; AttributeProto: name 1, i 3, g 6, graphs 11, type 20.
const node = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 };
const attribute = { name: 1, integer: 3, graph: 6, graphs: 11, type: 20 };
const graphNode = 1;

/** A node of a graph. */
export interface OnnxNode {
  readonly op: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Values that graphs within it (of If and Loop) read, their own among them. */
  readonly within: readonly string[];
}

/** Takes a node apart. */
export function readNode({ content }: Field): OnnxNode {
  const fields = fieldsOf(content);
  const texts = (number: number) => fields.filter((field) => field.number === number).map(textOf);
  const attributes = fields.filter(({ number }) => number === node.attribute);
  return {
    op: texts(node.op)[0] ?? "",
    domain: texts(node.domain)[0] ?? "",
    inputs: texts(node.input),
    outputs: texts(node.output),
    within: attributes.flatMap((field) => readWithin(fieldsOf(field.content))),
  };
}

function readWithin(fields: readonly Field[]): string[] {
  const graphs = fields.filter(({ number }) => number === attribute.graph || number === attribute.graphs);
  const nodes = graphs.flatMap(({ content }) => fieldsOf(content).filter(({ number }) => number === graphNode));
  return nodes.map(readNode).flatMap(({ inputs, within }) => [...inputs, ...within]);
}

/** What a new node is made of; attributes are whole numbers. */
export interface NewNode {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly { readonly name: string; readonly type: number; readonly i: number }[];
}

/** A node as a field of a graph. */
export function nodeField({ opType, input, output, attribute: attributes = [] }: NewNode): Field {
  return newField(graphNode, [
    ...input.flatMap((name) => textField(node.input, name)),
    ...output.flatMap((name) => textField(node.output, name)),
    ...textField(node.op, opType),
    ...attributes.flatMap(({ name, type, i }) =>
      lengthField(node.attribute, [
        ...textField(attribute.name, name),
        ...numberField(attribute.integer, i),
        ...numberField(attribute.type, type),
      ]),
    ),
  ]);
}

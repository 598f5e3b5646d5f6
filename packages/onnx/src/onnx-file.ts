import { LtadError } from "@ltad/core";
import { type Field, fieldsOf, lengthField, type Parts, readVarint, textField, textOf } from "./wire.js";

// Field numbers of onnx.proto (onnx/onnx, Apache-2.0).
const model = { graph: 7, opset: 8 };
const graph = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, annotation: 14, sparse: 15 };
const node = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 };
const tensor = { name: 8, external: 13 };

/** An ONNX file taken apart as far as joining it with others needs. */
export interface OnnxFile {
  /** Fields of the model besides graph and operator sets: version, functions, metadata. */
  readonly others: readonly Field[];
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: readonly Field[];
  /** Without those that are weights. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  /** Operators of the default domain. */
  readonly operators: ReadonlySet<string>;
}

/** An input of a graph; a dimension that is not fixed is null. */
export interface OnnxInput {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

/**
 * Takes an ONNX file apart.
 * @throws LtadError `LTAD_WEIGHTS` when it is none, is cut off, or keeps its weights in other files
 */
export function readOnnx(bytes: Uint8Array, source: string): OnnxFile {
  const fail = (why: string, cause?: unknown): never => {
    throw new LtadError("LTAD_WEIGHTS", `${source}: not a usable ONNX file (${why}).`, { cause, details: { file: source } });
  };
  try {
    const fields = fieldsOf(bytes);
    const body = fields.find(({ number }) => number === model.graph);
    if (!body) return fail("it has no graph. Export or copy it again");
    const parts = fieldsOf(body.content);
    const weights = new Set(parts.filter(is(graph.initializer)).map((field) => nameOf(field, tensor.name)));
    if (parts.filter(is(graph.initializer)).some(({ content }) => fieldsOf(content).some(is(tensor.external))))
      return fail("its weights lie in another file. Save it with its weights inside: onnx.save(onnx.load(path), path)");
    return {
      others: fields.filter(({ number }) => number !== model.graph && number !== model.opset),
      opsets: new Map(fields.filter(is(model.opset)).map(readOpset)),
      graph: parts,
      inputs: parts
        .filter(is(graph.input))
        .map(readInput)
        .filter(({ name }) => !weights.has(name)),
      outputs: parts.filter(is(graph.output)).map((field) => nameOf(field, 1)),
      operators: new Set(parts.filter(is(graph.node)).flatMap(operator)),
    };
  } catch (error) {
    if (error instanceof RangeError) return fail(`${error.message}. Export or copy it again`, error);
    throw error;
  }
}

/** All of a graph but its inputs and outputs, every value renamed. "" means no value and stays. */
export function renamedGraph(fields: readonly Field[], rename: (name: string) => string): Parts {
  const nameIn = (field: Field, number: number) => lengthField(field.number, renameFields(fieldsOf(field.content), [number], rename));
  return fields.flatMap((field) => {
    if ([graph.input, graph.output, graph.annotation].includes(field.number)) return [];
    if (field.number === graph.node) return lengthField(graph.node, renamedNode(fieldsOf(field.content), rename));
    if (field.number === graph.initializer) return nameIn(field, tensor.name);
    if (field.number === graph.valueInfo) return nameIn(field, 1);
    if (field.number === graph.sparse)
      return lengthField(
        graph.sparse,
        fieldsOf(field.content).flatMap((part) => (part.number === 1 ? nameIn(part, tensor.name) : [part.raw])),
      );
    return [field.raw];
  });
}

/** Inputs and outputs of a graph as they stand. */
export function declarations(fields: readonly Field[], which: "input" | "output"): Parts {
  return fields.filter(is(graph[which])).map(({ raw }) => raw);
}

function renamedNode(fields: readonly Field[], rename: (name: string) => string): Parts {
  const pools = fields.some((field) => field.number === node.op && textOf(field) === "AveragePool");
  return fields.flatMap((field) => {
    if (pools && field.number === node.attribute && isDefaultDilation(fieldsOf(field.content))) return [];
    if (field.number === node.input || field.number === node.output) return renameFields([field], [field.number], rename);
    if (field.number === node.attribute) return lengthField(node.attribute, renamedAttribute(fieldsOf(field.content), rename));
    return [field.raw];
  });
}

/** AveragePool has dilations since operator set 19; 1 is what older ones do. */
function isDefaultDilation(attribute: readonly Field[]): boolean {
  const [name, integers] = [1, 8];
  const values = attribute.filter(is(integers)).flatMap(({ content }) => [...content]);
  return attribute.some((field) => field.number === name && textOf(field) === "dilations") && values.every((value) => value === 1);
}

/** The graphs within an attribute (of If and Loop) see the values outside by name. Their own inputs and outputs are renamed with them. */
function renamedAttribute(fields: readonly Field[], rename: (name: string) => string): Parts {
  const [single, several] = [6, 11];
  return fields.flatMap((field) => {
    if (field.number !== single && field.number !== several) return [field.raw];
    const inner = fieldsOf(field.content);
    const borders = inner
      .filter(({ number }) => number === graph.input || number === graph.output)
      .flatMap((border) => lengthField(border.number, renameFields(fieldsOf(border.content), [1], rename)));
    return lengthField(field.number, [...renamedGraph(inner, rename), ...borders]);
  });
}

function renameFields(fields: readonly Field[], numbers: readonly number[], rename: (name: string) => string): Parts {
  return fields.flatMap((field) => {
    const name = numbers.includes(field.number) ? textOf(field) : "";
    return name ? textField(field.number, rename(name)) : [field.raw];
  });
}

const is =
  (wanted: number) =>
  ({ number }: Field) =>
    number === wanted;

function nameOf({ content }: Field, number: number): string {
  const name = fieldsOf(content).find(is(number));
  return name ? textOf(name) : "";
}

function operator({ content }: Field): string[] {
  const fields = fieldsOf(content);
  const domain = fields.find(is(node.domain));
  return domain && textOf(domain) ? [] : fields.filter(is(node.op)).map(textOf);
}

function readOpset({ content }: Field): [string, number] {
  const fields = fieldsOf(content);
  const [domain, version] = [fields.find(is(1)), fields.find(is(2))];
  return [domain ? textOf(domain) : "", version ? readVarint(version.content, 0).value : 0];
}

/** ValueInfoProto: name 1, type 2 > tensor 1 > shape 2 > dim 1 > value 1. */
function readInput({ content }: Field): OnnxInput {
  const below = (fields: readonly Field[], number: number) => fields.filter(is(number)).flatMap((field) => fieldsOf(field.content));
  const fields = fieldsOf(content);
  const name = fields.find(is(1));
  const dimensions = below(below(below(fields, 2), 1), 2).filter(is(1));
  const shape = dimensions.map((dimension) => {
    const value = fieldsOf(dimension.content).find(is(1));
    return value ? readVarint(value.content, 0).value : null;
  });
  return { name: name ? textOf(name) : "", shape };
}

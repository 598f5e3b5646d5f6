import { expect, it } from "vitest";
import { externalTensors } from "./every-tensor.js";
import { floatTensor, madeModel, outsideTensor, within } from "./testing/made-model.js";

const out = (name: string) => outsideTensor(name, { location: "weights.bin" });

it("names the tensors outside, wherever they are", () => {
  const here = floatTensor("here", [1], [1]);
  const node = (attribute: object, name = "") => ({ opType: "Constant", name, output: ["y"], attribute: [attribute] });
  const graph = {
    initializer: [here, out("weight")],
    sparseInitializer: [{ values: out("sparse"), indices: out("") }],
    node: [
      node({ name: "value", t: out("") }, "pick"),
      node({ name: "values", tensors: [here, out("attribute")] }),
      node({ name: "sparse_value", sparseTensor: { values: here, indices: out("places") } }),
      node({ name: "sparse_values", sparseTensors: [{ values: out("second") }] }),
      node(within("then_branch", { node: [node(within("body", { initializer: [out("two graphs within")] }))] })),
      node({ name: "graphs", graphs: [{ initializer: [out("in a list of graphs")] }] }),
    ],
  };
  const more = {
    functions: [
      { name: "f", node: [node({ name: "value", t: out("function") })], attributeProto: [{ name: "default", t: out("default") }] },
    ],
    trainingInfo: [{ initialization: { initializer: [out("start")] }, algorithm: { initializer: [out("step")] } }],
  };
  expect(externalTensors(madeModel(graph, 17, more), "x")).toEqual([
    "weight",
    "sparse",
    "indices of sparse",
    "pick.value",
    "attribute",
    "places",
    "second",
    "two graphs within",
    "in a list of graphs",
    "function",
    "default",
    "start",
    "step",
  ]);
  expect(externalTensors(madeModel({ initializer: [here] }), "x")).toEqual([]);
});

it("takes a place in a file without the flag, and the flag without a place, for outside", () => {
  const { dataLocation: _, ...unflagged } = out("unflagged");
  const { externalData: __, ...placeless } = out("placeless");
  expect(externalTensors(madeModel({ initializer: [unflagged, placeless] }), "x")).toEqual(["unflagged", "placeless"]);
});

it("refuses what is not an ONNX file, and takes a model without a graph", () => {
  expect(() => externalTensors(Buffer.from("<html>"), "page")).toThrow(expect.objectContaining({ code: "LTAD_WEIGHTS" }) as Error);
  expect(externalTensors(new Uint8Array(), "empty")).toEqual([]);
});

it("sees what protobuf sees in bytes that try to hide a tensor", () => {
  const hidden = madeModel({ initializer: [out("hidden")] });
  const harmless = madeModel({ initializer: [floatTensor("here", [1], [1])] });
  // Two graphs in one model: protobuf merges them, and a reader that keeps the last one would see the harmless one alone.
  expect(externalTensors(Buffer.concat([hidden, harmless]), "x")).toEqual(["hidden"]);
  expect(externalTensors(Buffer.concat([harmless, hidden]), "x")).toEqual(["hidden"]);
  // The field of the graph with the type of a number: protobuf skips that number and reads on behind it.
  const number = Buffer.from([(7 << 3) | 0, hidden.length]);
  expect(externalTensors(Buffer.concat([number, hidden, harmless]), "x")).toEqual(["hidden"]);
});

import type { NdArrays } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Operation } from "../check/culprit.js";
import { flagsName, watchGraph, type Inspect } from "../check/watch-graph.js";
import type { Traced } from "../graph/free-batch.js";
import { Graph, type Value } from "../graph/graph.js";
import { liveNodes } from "../graph/prune.js";
import type { TensorSpecs } from "@ltad/runtime";
import type { Tensors } from "../traced-function.js";
import { traceBackend, traceBackendName } from "./backend.js";
import { stackDepth } from "../caller-line.js";
import { namedTensors } from "../named-tensors.js";
import { explainTfjs } from "./explain-tfjs.js";
import { whileTracing } from "./while-tracing.js";

/** A trace, and the function that reads the flags of a run if it is watched. */
export type Trace = Traced & { readonly inspect?: Inspect };

/**
 * Runs fn once with tensors without numbers and records what it does. Afterwards the previous TF.js backend is restored.
 * @param batch replaces a free first dimension
 * @param watched adds an output that tells which tensors are not finite
 */
export function trace(
  fn: (inputs: Tensors, constants: Tensors) => Tensors,
  inputs: TensorSpecs,
  constants: NdArrays,
  batch: number,
  watched = false,
): Trace {
  const backend = traceBackend();
  const before = { name: currentBackend(), graph: backend.graph, operations: backend.operations, fault: backend.fault };
  const graph = new Graph(Object.values(inputs).some(({ shape }) => shape[0] === null));
  const operations: Operation<Value>[] = [];
  const values: Record<string, Value> = {};
  const depth = Error.stackTraceLimit;
  const kept: tf.Tensor[] = [];
  try {
    Error.stackTraceLimit = stackDepth;
    backend.graph = graph;
    backend.operations = watched ? operations : undefined;
    backend.fault = undefined;
    void tf.engine().setBackend(traceBackendName);
    tf.tidy(() => {
      const results = runTraced(() => fn(makeInputs(graph, inputs, batch), makeConstants(graph, constants)), backend, kept);
      for (const [name, tensor] of Object.entries(results)) values[name] = backend.valueBehind(tensor);
    });
  } catch (error) {
    throw explainTfjs(error);
  } finally {
    Error.stackTraceLimit = depth;
    tf.dispose(kept.filter((tensor) => backend.holds(tensor))); // they have no numbers, and would never be disposed otherwise
    backend.graph = before.graph;
    backend.operations = before.operations;
    backend.fault = before.fault;
    restoreBackend(before.name);
  }
  const outputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, graph.full(value)]));
  if (!watched) return { graph, outputs, nodes: liveNodes(graph, Object.values(outputs)) };
  const { vector, inspect } = watchGraph(graph, operations, values);
  const all = { ...outputs, [flagsName]: vector };
  return { graph, outputs: all, nodes: liveNodes(graph, Object.values(all)), inspect };
}

/** The backend in use, if there is one. Asking TF.js for it would start one, which can take long (wasm), and a trace needs none. */
const currentBackend = () => (tf.engine()["backendInstance"] ? tf.engine().backendName : undefined);

function restoreBackend(name: string | undefined): void {
  if (name === undefined) Object.assign(tf.engine(), { backendName: undefined, backendInstance: null });
  else void tf.engine().setBackend(name);
}

function makeInputs(graph: Graph, inputs: TensorSpecs, batch: number): Tensors {
  const made = Object.entries(inputs).map(([name, { dtype, shape }]) => {
    const sizes = shape.map((n) => n ?? batch);
    return [name, asTensor(graph.input(name, dtype, sizes))] as const;
  });
  return Object.fromEntries(made);
}

function makeConstants(graph: Graph, constants: NdArrays): Tensors {
  const isTaken = (name: string) => graph.inputs.has(name) || name in constants;
  const made = Object.entries(constants).map(([path, { dtype, shape, data }]) => {
    let name = path;
    // ONNX has one namespace for inputs and initialisers.
    if (graph.inputs.has(name))
      do name = `constants.${name}`;
      while (isTaken(name));
    return [path, asTensor(graph.constant(dtype, shape, data, name))] as const;
  });
  return Object.fromEntries(made);
}

function asTensor(value: Value): tf.Tensor {
  const info = { dataId: traceBackend().hold(value), shape: [...value.shape], dtype: value.dtype as tf.DataType };
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Calls the function of the caller. An asynchronous read, and a refusal that it caught, count as its error. */
function runTraced(run: () => Tensors, backend: ReturnType<typeof traceBackend>, kept: tf.Tensor[]): Tensors {
  const wait = (dataId: object) => backend.refuseToWait(dataId);
  const note = (refusal: unknown) => (backend.fault ??= refusal);
  try {
    const results = namedTensors(whileTracing(run, { kept, wait, note }));
    if (backend.fault === undefined) return results;
  } catch (error) {
    throw backend.fault ?? error;
  } finally {
    if (backend.fault !== undefined) leaveNoRejection(backend.fault);
  }
  throw backend.fault;
}

/**
 * A refusal within an async function that nobody awaits is a rejection that nobody handles, which would end Node although the refusal reaches the caller of
 * the tracer. Other rejections end it as before.
 */
function leaveNoRejection(refusal: unknown): void {
  if (typeof process === "undefined" || typeof process.on !== "function") return;
  const pass = (reason: unknown) => {
    if (reason !== refusal && process.listenerCount("unhandledRejection") === 1) throw reason;
  };
  process.on("unhandledRejection", pass);
  setImmediate(() => process.off("unhandledRejection", pass));
}

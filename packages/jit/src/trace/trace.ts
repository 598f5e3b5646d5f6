import { isLtadError, LtadError, type NdArrays } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Operation } from "../check/culprit.js";
import { flagsName, watchGraph, type Inspect } from "../check/watch-graph.js";
import type { Traced } from "../graph/free-batch.js";
import { Graph, type Value } from "../graph/graph.js";
import { liveNodes } from "../graph/prune.js";
import { refused, withoutGradient } from "../kernels/refused.js";
import type { TensorSpec } from "../program.js";
import type { Tensors, TracedFunction } from "../traced-function.js";
import { traceBackend, traceBackendName } from "./backend.js";
import { callerLine } from "./caller-line.js";

/** A trace, and what reads the flags of a run when it is watched. */
export type Trace = Traced & { readonly inspect?: Inspect };

/**
 * Runs fn once with tensors that hold no numbers and records what it does. Synchronous; the backend in use before is restored.
 * @param batch the number to put in place of a free first dimension
 * @param watched with an output more, that tells which tensors are not finite
 */
export function trace(
  fn: TracedFunction,
  inputs: Readonly<Record<string, TensorSpec>>,
  constants: NdArrays,
  batch: number,
  watched = false,
): Trace {
  const backend = traceBackend();
  tf.backend();
  const before = { name: tf.getBackend(), graph: backend.graph, operations: backend.operations };
  const graph = new Graph();
  const operations: Operation<Value>[] = [];
  const values: Record<string, Value> = {};
  const depth = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = 60; // TF.js calls itself more often than V8's usual ten frames
    backend.graph = graph;
    backend.operations = watched ? operations : undefined;
    void tf.engine().setBackend(traceBackendName);
    tf.tidy(() => {
      const results = fn(makeInputs(graph, inputs, constants, batch));
      checkResults(results);
      for (const [name, tensor] of Object.entries(results)) values[name] = backend.valueBehind(tensor);
    });
  } catch (error) {
    throw explain(error);
  } finally {
    Error.stackTraceLimit = depth;
    backend.graph = before.graph;
    backend.operations = before.operations;
    void tf.engine().setBackend(before.name);
  }
  const outputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, graph.full(value)]));
  if (!watched) return { graph, outputs, nodes: liveNodes(graph, Object.values(outputs)) };
  const { vector, inspect } = watchGraph(graph, operations, values);
  const all = { ...outputs, [flagsName]: vector };
  return { graph, outputs: all, nodes: liveNodes(graph, Object.values(all)), inspect };
}

function makeInputs(graph: Graph, inputs: Readonly<Record<string, TensorSpec>>, constants: NdArrays, batch: number) {
  const tensors: Record<string, tf.Tensor> = {};
  const wrap = (value: Value) => {
    const info = { dataId: traceBackend().hold(value), shape: [...value.shape], dtype: value.dtype as tf.DataType };
    return tf.engine().makeTensorFromTensorInfo(info);
  };
  for (const [name, { dtype, shape }] of Object.entries(inputs))
    tensors[name] = wrap(
      graph.input(
        name,
        dtype,
        shape.map((n) => n ?? batch),
      ),
    );
  for (const [name, { dtype, shape, data }] of Object.entries(constants)) {
    if (name in inputs) throw new LtadError("LTAD_TRACE", `${name}: both an input and a constant have this name. Rename one.`);
    tensors[name] = wrap(graph.constant(dtype, shape, data, name));
  }
  return tensors;
}

function checkResults(results: Tensors) {
  const entries = Object.entries(results);
  const wrong = entries.find(([, tensor]) => !(tensor instanceof tf.Tensor));
  if (entries.length > 0 && !wrong) return;
  const received = wrong ? `${wrong[0]} is ${String(wrong[1])}` : "there are none";
  throw new LtadError("LTAD_TRACE", `traced function: expected named tensors as results, but ${received}. Return an object of tensors.`);
}

/** Errors of TF.js that come from the tracer get its words. */
function explain(error: unknown): unknown {
  if (isLtadError(error) || !(error instanceof Error)) return error;
  const untraceable = /Kernel '(\w+)' not registered for backend 'ltad-trace'/.exec(error.message)?.[1];
  if (untraceable) {
    const { why, instead } = refused[untraceable] ?? { why: "it is new", instead: "compute it outside" };
    const message = `${nameOf(error, untraceable)} cannot be traced: ${why}. Instead, ${instead}; or run with engine: "tensorflow".`;
    return new LtadError("LTAD_TRACE", `${callerLine(error.stack)}: ${message}`, { cause: error, details: { kernel: untraceable } });
  }
  const steep = /gradient function not found for (\w+)/.exec(error.message)?.[1];
  if (!steep) return error;
  const why = withoutGradient[steep] ?? "TF.js has none";
  const message = `the kernel ${steep} has no gradient: ${why}. Write the step with other operations, or take it out of the gradient.`;
  return new LtadError("LTAD_TRACE", `${callerLine(error.stack)}: ${message}`, { cause: error, details: { kernel: steep } });
}

/** The operation as the caller wrote it, "tf.unique (kernel Unique)": the last function of TF.js's operations on the stack. */
function nameOf(error: Error, kernel: string): string {
  const { image, linalg, losses, signal, sparse, spectral, string } = tf;
  const spaces = Object.entries<object>({ tf, "tf.image": image, "tf.linalg": linalg, "tf.losses": losses, "tf.signal": signal })
    .concat(Object.entries({ "tf.sparse": sparse, "tf.spectral": spectral, "tf.string": string }))
    .map(([space, names]) => [space, new Set(Object.keys(names))] as const);
  const calls = [...(error.stack ?? "").matchAll(/at (?:Object\.)?(\w+?)_?(?:__op)? \(.*tfjs.*\)/g)].map((m) => m[1] as string);
  const found = calls.flatMap((name) => spaces.flatMap(([space, names]) => (names.has(name) ? [`${space}.${name}`] : []))).at(-1);
  return found ? `${found} (kernel ${kernel})` : `the kernel ${kernel}`;
}

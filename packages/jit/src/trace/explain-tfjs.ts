import { isLtadError, LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { refused, withoutGradient } from "../kernels/refused.js";
import { callerLine } from "../caller-line.js";
import { traceBackendName } from "./backend.js";

/** Replaces errors of TF.js about missing kernels and gradients by errors with the operation and the line of the caller's code. */
export function explainTfjs(error: unknown): unknown {
  if (isLtadError(error) || !(error instanceof Error)) return error;
  const [, kernel, backend] = /Kernel '(\w+)' not registered for backend '([\w-]+)'/.exec(error.message) ?? [];
  if (kernel !== undefined) {
    const what = backend === traceBackendName ? untraceable(error, kernel) : missing(error, kernel, backend!);
    const code = backend === traceBackendName ? "LTAD_TRACE" : "LTAD_CONFIG";
    return new LtadError(code, `${callerLine(error.stack)}: ${what}`, { cause: error, details: { kernel } });
  }
  const steep = /gradient function not found for (\w+)/.exec(error.message)?.[1];
  if (steep === undefined) return isOfTfjs(error) ? wrongCall(error) : error;
  const why = withoutGradient[steep] ?? "TF.js has none";
  const what = `the kernel ${steep} has no gradient: ${why}. Write the step with other operations, or take it out of the gradient.`;
  return new LtadError("LTAD_TRACE", `${callerLine(error.stack)}: ${what}`, { cause: error, details: { kernel: steep } });
}

/** True for an error thrown by TF.js itself, false for one from a function of the caller. */
function isOfTfjs({ stack = "" }: Error): boolean {
  const first = stack.split("\n").find((line) => /^\s+at (?!.*<anonymous>\)$)/.test(line)); // an array that cannot be so long is made by none
  return first !== undefined && /node_modules[^\n]*@tensorflow/.test(first);
}

function wrongCall(error: Error): LtadError {
  const message = error.message.trim().replace(/\.?$/, ".");
  return new LtadError("LTAD_TRACE", `${callerLine(error.stack)}: TensorFlow.js refuses this call: ${message}`, { cause: error });
}

function untraceable(error: Error, kernel: string): string {
  const { why, instead } = refused[kernel] ?? { why: "it is new", instead: "compute it outside" };
  return `${nameOf(error, kernel)} cannot be traced: ${why}. Instead, ${instead}; or run with engine: "tensorflow".`;
}

function missing(error: Error, kernel: string, backend: string): string {
  return `${nameOf(error, kernel)} cannot run on the backend ${backend} of TF.js, which has no such kernel. Set another one, or leave engine out.`;
}

/** The operation as the caller wrote it, "tf.unique (kernel Unique)": the last function of TF.js's operations on the stack. */
function nameOf(error: Error, kernel: string): string {
  const { image, linalg, losses, signal, sparse, spectral, string } = tf;
  const spaces = Object.entries<object>({ tf, "tf.image": image, "tf.linalg": linalg, "tf.losses": losses, "tf.signal": signal })
    .concat(Object.entries({ "tf.sparse": sparse, "tf.spectral": spectral, "tf.string": string }))
    .map(([space, names]) => [space, new Set(Object.keys(names))] as const);
  const calls = [...(error.stack ?? "").matchAll(/at (?:Object\.)?(\w+?)_?(?:__op)? \(.*tfjs.*\)/g)].map((m) => m[1]!);
  const found = calls.flatMap((name) => spaces.flatMap(([space, names]) => (names.has(name) ? [`${space}.${name}`] : []))).at(-1);
  return found ? `${found} (kernel ${kernel})` : `the kernel ${kernel}`;
}

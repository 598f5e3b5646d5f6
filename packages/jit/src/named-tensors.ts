import { LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Tensors } from "./traced-function.js";

/**
 * Checks that a function of the caller returned a record of tensors, and returns it.
 * @throws LtadError `LTAD_TRACE` when it did not
 */
export function namedTensors(results: unknown, where = "traced function"): Tensors {
  for (const promise of [results, ...Object.values(Object(results) as object)])
    if (promise instanceof Promise) promise.catch(() => undefined); // avoids an unhandled rejection
  const wrong = faultOf(results);
  if (wrong === undefined) return results as Tensors;
  const remedy = results instanceof Promise ? "Remove async and await" : "Return an object of tensors";
  throw new LtadError("LTAD_TRACE", `${where}: expected named tensors as results, but ${wrong}. ${remedy}.`);
}

function faultOf(results: unknown): string | undefined {
  if (results instanceof Promise) return "it returned a promise";
  if (results instanceof tf.Tensor) return "it returned a tensor without a name";
  if (Array.isArray(results)) return "it returned an array";
  if (typeof results !== "object" || results === null) return `it returned ${results === undefined ? "nothing" : described(results)}`;
  const entries = Object.entries(results);
  if (entries.length === 0) return "there are none";
  const unnamed = entries.find(([key]) => key === "" || key === "__proto__");
  if (unnamed) return `one has the name ${JSON.stringify(unnamed[0])}, which no output can have`;
  const [name, value] = entries.find(([, tensor]) => !(tensor instanceof tf.Tensor)) ?? [];
  if (name !== undefined) return `${name} is ${described(value)}`;
  const [gone] = entries.find(([, tensor]) => (tensor as tf.Tensor).isDisposed) ?? [];
  return gone === undefined ? undefined : `${gone} was disposed`;
}

function described(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" && value !== null ? "an object; results cannot be nested" : String(value);
}

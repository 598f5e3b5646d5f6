import { LtadError } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { callerLine, deepStack } from "../caller-line.js";
import { randomMaker } from "./refuse-random.js";

/**
 * Runs a function of the caller with what would be silently wrong in a trace refused: assigning a variable would take its numbers away, a new variable
 * would have none, and random numbers of the host would be the same in every run.
 */
export function whileTracing<T>(run: () => T): T {
  const restores = [
    replace(tf.Variable.prototype, "assign", () => fail(callerLine(), assigned)),
    replace(tf.engine(), "makeVariable", () => fail(callerLine(), madeVariable)),
    replace(Math, "random", () => fail(callerLine(), randomWords("Math.random"))),
    replace(globalThis.crypto, "getRandomValues", () => fail(callerLine(), randomWords("crypto.getRandomValues"))),
  ];
  try {
    return run();
  } finally {
    for (const restore of restores) restore();
  }
}

const assigned =
  "assigns a tf.Variable. A traced function must not change anything outside: return the new value as an output. " +
  "To train, give the numbers to trainStep as params, and what changes without a gradient as buffers; it replaces tf.train and batch norm's own update.";
const madeVariable =
  "makes a tf.Variable. A traced function has no state: make it outside and pass its numbers as a constant or as params of trainStep, " +
  "whose optimiser replaces those of tf.train.";

function randomWords(name: string): string {
  const what = randomMaker(deepStack()) ?? name;
  return `${what} in a traced function would give the same numbers in every run. Generate the numbers outside and pass them as an input.`;
}

function fail(line: string, what: string): never {
  throw new LtadError("LTAD_TRACE", `${line}: ${what}`);
}

/** Puts a function in the place of a method. @returns what puts it back */
function replace<K extends string>(owner: object & { [Name in K]: unknown }, name: K, by: () => never): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value: by, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else delete (owner as Partial<Record<K, unknown>>)[name];
  };
}

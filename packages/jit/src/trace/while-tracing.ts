import { LtadError, withoutDraws } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { callerLine, deepStack } from "../caller-line.js";
import { traceBackendName } from "./backend.js";
import { randomMaker } from "./refuse-random.js";

/** How the tracer hears of what a function does. */
export interface Watch {
  /** Receives the tensors that the function keeps. */
  readonly kept: tf.Tensor[];
  /** Takes the place of every read that has to be waited for. */
  readonly wait: (dataId: object) => Promise<never>;
  /** Receives each refusal before it is thrown, because the function may catch it. */
  readonly note: (refusal: LtadError) => void;
}

/**
 * Runs a function of the caller and refuses what would be silently wrong in a trace: assigning a variable would lose its numbers, a new variable would
 * have none, the time and the random numbers of the host would be the same in every run, and what a timer calls would find no tensors.
 */
export function whileTracing<T>(run: () => T, { kept, wait, note }: Watch): T {
  const engine = tf.engine();
  const fail: Fail = (line, what) => {
    const refusal = new LtadError("LTAD_TRACE", `${line}: ${what}`);
    note(refusal);
    throw refusal;
  };
  const restores = [
    replace(tf.Variable.prototype, "assign", () => fail(callerLine(), assigned)),
    replace(engine, "read", wait),
    replace(engine, "makeVariable", () => fail(callerLine(), madeVariable)),
    replace(engine, "disposeVariables", () => fail(callerLine(), disposed)),
    replace(engine, "keep", noting(engine.keep.bind(engine), kept, fail)),
    replace(engine, "setBackend", onlyOurs(engine.setBackend.bind(engine), fail)),
    replace(engine, "removeBackend", () => fail(callerLine(), otherBackend)),
    replace(engine, "time", () => fail(callerLine(), measured("tf.time"))),
    replace(engine, "profile", () => fail(callerLine(), measured("tf.profile"))),
    replace(Math, "random", () => fail(callerLine(), randomWords("Math.random"))),
    replace(globalThis.crypto, "getRandomValues", () => fail(callerLine(), randomWords("crypto.getRandomValues"))),
    replace(globalThis.crypto, "randomUUID", () => fail(callerLine(), randomWords("crypto.randomUUID"))),
    ...timers.map((name) => replace(globalThis, name, () => fail(callerLine(), later(name)))),
    replace(globalThis, "Date", stoppedDate(Date, fail)),
    replace(performance, "now", () => fail(callerLine(), clock("performance.now"))),
    replace(
      process,
      "hrtime",
      Object.assign(() => fail(callerLine(), clock("process.hrtime")), { bigint: () => fail(callerLine(), clock("process.hrtime")) }),
    ),
  ];
  try {
    return withoutDraws(run, () => fail(callerLine(withoutCore(deepStack())), randomWords("a generator of createRng")));
  } finally {
    for (const restore of restores) restore();
  }
}

type Fail = (line: string, what: string) => never;

const timers = ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"] as const;
const later = (name: string) =>
  `${name} in a traced function: what it calls comes after the trace, when the tensors are gone. A traced function runs once, and nothing can wait in it.`;
const disposed = "disposes all variables. A traced function must not change anything outside.";
const stateful =
  "keeps the state of a stateful layer. A traced function has no state: make the layer with stateful: false, give it the state as initialState, " +
  "and return the new one as an output. Call resetStates() before you use this model again.";

const assigned =
  "assigns a tf.Variable. A traced function must not change anything outside: return the new value as an output. " +
  "To train, give the numbers to trainStep as params, and what changes without a gradient as buffers; it replaces tf.train and batch norm's own update.";
const madeVariable =
  "makes a tf.Variable. A traced function has no state: make it outside and pass its numbers as a constant or as params of trainStep, " +
  "whose optimiser replaces those of tf.train.";
const otherBackend = 'sets the backend of TF.js. A traced function runs on none: choose the backend outside, for engine: "tensorflow".';

const measured = (name: string) =>
  `${name} measures nothing in a traced function, which computes nothing. Measure run of the compiled program.`;
const clock = (name: string) =>
  `${name} in a traced function would give the same time in every run. Read the clock outside and pass it as an input.`;

function randomWords(name: string): string {
  const what = randomMaker(deepStack()) ?? name;
  return `${what} in a traced function would give the same numbers in every run. Generate the numbers outside and pass them as an input.`;
}

/** A stack without the generator's own frames. */
const withoutCore = (stack: string) =>
  stack
    .split("\n")
    .filter((frame) => !/[\\/]core[\\/](src|dist)[\\/]/.test(frame))
    .join("\n");

/** A Date that can represent a given time, but refuses to read the current time. */
function stoppedDate(original: DateConstructor, fail: Fail): DateConstructor {
  const now = () => fail(callerLine(), clock("Date"));
  return new Proxy(original, {
    apply: now,
    construct: (target, args: []) => (args.length === 0 ? now() : new target(...args)),
    get: (target, key) => (key === "now" ? now : (Reflect.get(target, key) as unknown)),
  });
}

const noting =
  (keep: (tensor: tf.Tensor) => tf.Tensor, kept: tf.Tensor[], fail: Fail) =>
  (tensor: tf.Tensor): tf.Tensor => {
    kept.push(tensor);
    if (/\bresetStates\b/.test(deepStack())) return fail(callerLine(), stateful);
    return keep(tensor);
  };

/** Allows only the backend of the tracer, which a nested trace sets. */
const onlyOurs =
  (setBackend: (name: string) => Promise<boolean>, fail: Fail) =>
  (name: string): Promise<boolean> =>
    name === traceBackendName ? setBackend(name) : fail(callerLine(), otherBackend);

/** Replaces a property. @returns a function that restores it */
function replace<K extends string>(owner: object & { [Name in K]: unknown }, name: K, by: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value: by, configurable: true, writable: true });
  return () => {
    if (before) Object.defineProperty(owner, name, before);
    else delete (owner as Partial<Record<K, unknown>>)[name];
  };
}

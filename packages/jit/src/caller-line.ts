import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const own = dirname(fileURLToPath(import.meta.url));

/** Frames to keep of a stack: TF.js calls itself more often than V8's usual ten. */
export const stackDepth = 60;

/** Where the user's code called TF.js, such as "file.ts:12": the first stack frame outside of TF.js and this package. */
export function callerLine(stack: string = deepStack()): string {
  const frames = stack.split("\n").slice(1);
  const theirs = frames.find((f) => f.includes("/") && !f.includes("node_modules") && !f.includes("node:internal") && !isOwn(f));
  const place = theirs?.match(/(?:\(|at )(?:async )?(?:file:\/\/)?([^()\s]+?:\d+):\d+\)?$/)?.[1];
  return place ?? "traced function";
}

const isOwn = (frame: string) => frame.includes(own) && !frame.includes(".test.");

/** A stack with more frames than V8's usual ten. */
export function deepStack(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = stackDepth;
  const { stack } = new Error("here");
  Error.stackTraceLimit = limit;
  return stack ?? "";
}

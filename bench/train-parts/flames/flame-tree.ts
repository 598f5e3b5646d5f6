import { mainThread, type Sample, waiting } from "./read-samples.js";

/** A frame, with what was called from it. */
export interface Frame {
  readonly name: string;
  /** Microseconds, those of the frames inside included. */
  took: number;
  readonly inside: Map<string, Frame>;
}

const frame = (name: string): Frame => ({ name, took: 0, inside: new Map() });

/** A part of a training, in microseconds of the monotonic clock. */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Adds up the samples of a part by what lies below them; those of a helper thread that waits are left out. */
export function flameTree(samples: readonly Sample[], { name, from, to }: Span): Frame {
  const root = frame(name);
  for (const { at, took, stack } of samples) {
    if (at < from || at >= to || (stack[0] !== mainThread && stack.at(-1) === waiting)) continue;
    root.took += took;
    let here = root;
    for (const called of stack) {
      const next = here.inside.get(called) ?? frame(called);
      here.inside.set(called, next);
      next.took += took;
      here = next;
    }
  }
  return root;
}

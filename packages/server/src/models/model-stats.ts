import type { Answer } from "../messages.js";

/** How often something was done, and how long it took in total. */
export interface Duration {
  readonly count: number;
  /** Nanoseconds. */
  readonly ns: number;
}

/** What a model has done since the start: the numbers of Triton's statistics extension. */
export interface StatsSnapshot {
  /** Images. */
  readonly inferences: number;
  /** Milliseconds since 1970; 0 before the first. */
  readonly last: number;
  readonly success: Duration;
  readonly fail: Duration;
  readonly queue: Duration;
  readonly input: Duration;
  readonly infer: Duration;
  readonly output: Duration;
}

const kinds = ["success", "fail", "queue", "input", "infer", "output"] as const;

/** Counts what a model does. */
export class ModelStats {
  #inferences = 0;
  #last = 0;
  readonly #durations = new Map(kinds.map((kind) => [kind, { count: 0, ns: 0 }]));

  /** @param ms from the request's place in the queue to its answer */
  succeeded({ timing, waited }: Answer & { readonly waited: number }, ms: number): void {
    this.#inferences++;
    this.#last = Date.now();
    const { decode = 0, encode = 0, score = 0, upsample = 0, draw = 0 } = timing;
    const parts = { success: ms, queue: waited, input: decode, infer: encode + score, output: upsample + draw };
    for (const [kind, part] of Object.entries(parts)) this.#add(kind as keyof typeof parts, part);
  }

  failed(ms: number): void {
    this.#add("fail", ms);
  }

  snapshot(): StatsSnapshot {
    const durations = Object.fromEntries([...this.#durations].map(([kind, duration]) => [kind, { ...duration }]));
    return { inferences: this.#inferences, last: this.#last, ...(durations as Record<(typeof kinds)[number], Duration>) };
  }

  #add(kind: (typeof kinds)[number], ms: number): void {
    const duration = this.#durations.get(kind)!;
    duration.count++;
    duration.ns += Math.round(ms * 1e6);
  }
}

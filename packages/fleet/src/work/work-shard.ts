import { isLtadError, LtadError, throwIfAborted } from "@ltad/core";
import type { OpenPlanOptions } from "../plan/open-plan.js";
import type { BadImage } from "../shard/shard-result.js";
import type { ShardDone } from "../shard/run-shard.js";
import { type Child, type ChildOptions, type Crash, startChild } from "./start-child.js";

/** How the process of a worker runs shards. */
export interface WorkOptions extends OpenPlanOptions {
  readonly signal?: AbortSignal | undefined;
  /** Threads of the network of one process; one for each core by default. */
  readonly threads?: number | undefined;
  /** Seconds that one image may take; 120 by default. */
  readonly imageSeconds?: number | undefined;
  /** The program of the computing process, for tests. */
  readonly program?: URL | undefined;
}

/** A process that works on one shard after the other, and is started again if an image ends it. */
export interface ShardWorker {
  /** @throws LtadError of the shard, or `LTAD_ABORTED` */
  work(plan: string, shard: number, onProgress?: (done: number, total: number) => void): Promise<ShardDone>;
  close(): void;
}

/** A shard that fails without an image to blame is given up after so many tries. */
const mostTries = 3;
/** A second when the store fails, and twice as long each time after it. */
const pause = 1000; // ms

/**
 * Starts a worker. An image that has ended two processes is named in the result and not included; the rest of its shard counts.
 */
export function startWorker(options: WorkOptions = {}): ShardWorker {
  const childOptions: ChildOptions = { program: options.program, patience: (options.imageSeconds ?? 120) * 1000 };
  let child: Child | undefined;
  const abort = () => child?.kill();
  options.signal?.addEventListener("abort", abort);
  const tryOnce = async (plan: string, shard: number, blame: Blame, onProgress?: (done: number, total: number) => void) => {
    child ??= startChild(childOptions);
    const { root, s3, threads } = options;
    const order = { plan, shard, root, s3, threads, suspects: blame.suspects(), bad: blame.bad() };
    const done = await child.run(order, onProgress);
    throwIfAborted(options.signal);
    if ("key" in done) return done;
    child = undefined;
    blame.add(done);
    return undefined;
  };
  return {
    async work(plan, shard, onProgress) {
      const blame = newBlame();
      for (let failures = 0; ;) {
        throwIfAborted(options.signal);
        try {
          const done = await tryOnce(plan, shard, blame, onProgress);
          if (done) return done;
          if (blame.unexplained() >= mostTries) throw lostError(shard, blame.last());
        } catch (error) {
          if (!isLtadError(error) || error.code !== "LTAD_FETCH" || ++failures >= mostTries) throw error;
          await new Promise((resolve) => setTimeout(resolve, pause * 2 ** failures));
        }
      }
    },
    close() {
      options.signal?.removeEventListener("abort", abort);
      child?.kill();
    },
  };
}

type Blame = ReturnType<typeof newBlame>;

/** Which images have ended processes. */
function newBlame() {
  const crashes = new Map<string, { count: number; how: string }>();
  let [unexplained, last] = [0, ""];
  return {
    add({ image, how }: Crash) {
      last = how;
      if (image === undefined) unexplained++;
      else crashes.set(image, { count: (crashes.get(image)?.count ?? 0) + 1, how });
    },
    suspects: () => [...crashes].filter(([, { count }]) => count < 2).map(([id]) => id),
    bad: (): BadImage[] =>
      [...crashes].filter(([, { count }]) => count >= 2).map(([id, { how }]) => ({ id, reason: `twice, the process that read it ${how}` })),
    unexplained: () => unexplained,
    last: () => last,
  };
}

function lostError(shard: number, how: string): LtadError {
  const message = `shard ${shard}: the process that computes it ${how} while it worked on no image, ${mostTries} times. Check its messages above and the free memory.`;
  return new LtadError("LTAD_FETCH", message);
}

import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { bullQueue, workQueue } from "@ltad/fleet/bullmq";
import { exitCodes } from "../../exit-codes.js";
import type { Io } from "../../io.js";
import { withSession } from "../../session.js";
import { warnOfBad } from "./warn-of-bad.js";
import type { WorkCommandOptions } from "./work-command.js";
import { sharedThreads, workOptions } from "./worker-options.js";

/** Takes shards from a queue until Ctrl-C or SIGTERM, which give unfinished shards back, or until none comes any more. */
export async function workQueueCommand(io: Io, url: string, options: WorkCommandOptions): Promise<void> {
  const { jobs = 1, store } = options;
  if (options.shard !== undefined)
    throw new LtadError("LTAD_CONFIG", "--shard and --queue cannot be used together: the queue determines the shard.");
  await withSession(io, options, "Unfinished shards were returned to the queue.", async (session) => {
    const queue = await bullQueue(url, { onWarning: session.warn });
    session.info(`Waiting for shards in ${plural(jobs, "process")}. Ctrl-C returns unfinished shards to the queue.`);
    try {
      await workQueue(queue, {
        ...workOptions(io.env, { ...options, threads: sharedThreads(jobs, options) }),
        processes: jobs,
        store,
        idleSeconds: options.idle,
        signal: session.signal,
        onShard(done) {
          warnOfBad(session, done.bad);
          session.printJson(done);
          session.print(`shard ${done.shard}: ${plural(done.images, "image")}, ${done.key}`);
        },
        onFailure: ({ shard }, error) => session.warn(`shard ${shard}: ${error instanceof Error ? error.message : String(error)}`),
      });
    } finally {
      await queue.close();
      // Connections to a queue that is out of reach must not keep a worker that is done.
      setTimeout(() => io.exit(Number(process.exitCode ?? exitCodes.stopped)), 2000).unref();
    }
  });
}

// A worker for tests, in a process of its own: argv has the URL of the queue and the child's program. It tells its parent which shards it takes.
import { pathToFileURL } from "node:url";
import { bullQueue } from "../queue/bull-queue.js";
import { workQueue } from "../queue/work-queue.js";

/** What it tells its parent. */
export interface Taken {
  readonly takes: number;
}

const [url = "", program = ""] = process.argv.slice(2);
const controller = new AbortController();
process.on("SIGTERM", () => controller.abort());

const queue = await bullQueue(url, { lockSeconds: 2 });
const watched: typeof queue = {
  ...queue,
  take: (handle, options) =>
    queue.take((job) => {
      process.send?.({ takes: job.shard } satisfies Taken);
      return handle(job);
    }, options),
};
const options = { processes: 1, threads: 1, imageSeconds: 20, program: pathToFileURL(program), signal: controller.signal };
await workQueue(watched, options).catch((error: { code?: string }) => (process.exitCode = error.code === "LTAD_ABORTED" ? 130 : 2));
await queue.close();
process.disconnect();
setTimeout(() => process.exit(), 2000).unref(); // as `ltad work` does

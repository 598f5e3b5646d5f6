import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { openPlan, startWorker } from "@ltad/fleet";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { warnOfBad } from "./warn-of-bad.js";
import { placesOf, placeWords, type WorkerOptions, workOptions } from "./worker-options.js";

export interface WorkCommandOptions extends CommonOptions, WorkerOptions {
  readonly shard?: number;
  readonly queue?: string;
  readonly jobs?: number;
  readonly store?: string;
  readonly idle?: number;
}

/** Runs one shard, or takes shards from a queue. */
export async function workCommand(io: Io, address: string | undefined, options: WorkCommandOptions): Promise<void> {
  if (options.queue !== undefined) {
    if (address !== undefined)
      throw new LtadError("LTAD_CONFIG", `PLAN ${address} and --queue cannot be used together: the queue determines the plan.`);
    return (await import("./work-queue-command.js")).workQueueCommand(io, options.queue, options);
  }
  if (address === undefined) throw new LtadError("LTAD_CONFIG", "PLAN: expected the address of a plan, or --queue; received neither.");
  const only = (["jobs", "store", "idle"] as const).find((name) => options[name] !== undefined);
  if (only) throw new LtadError("LTAD_CONFIG", `--${only}: use it only with --queue; with a plan, one shard is run.`);
  await workShard(io, address, options);
}

async function workShard(io: Io, address: string, options: WorkCommandOptions): Promise<void> {
  const shard = options.shard ?? shardFrom(io.env);
  const again = typedCommand(io.env, "work", address, "--shard", shard, ...placeWords(options));
  await withSession(io, options, `The shard has no result. Run it again with\n  ${again}`, async (session) => {
    const opened = await openPlan(address, placesOf(io.env, options));
    await opened.items(shard); // refuses a number that the plan has not
    const worker = startWorker({ ...workOptions(io.env, options), signal: session.signal });
    try {
      const total = opened.plan.shards[shard]!.images;
      const done = await worker.work(address, shard, (count) => session.onProgress({ phase: "shard", done: count, total, unit: "images" }));
      warnOfBad(session, done.bad);
      session.printJson(done);
      session.print(`shard ${shard}: ${plural(done.images, "image")}, ${done.key}`);
    } finally {
      worker.close();
    }
  });
}

const variables = ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"];

/** The number that Kubernetes or AWS Batch gives. */
function shardFrom(env: Io["env"]): number {
  const name = variables.find((variable) => env[variable] !== undefined);
  const value = name === undefined ? undefined : env[name];
  if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
  const why = name === undefined ? `received none; ${variables.join(" and ")} are not set` : `received ${name}=${value}`;
  throw new LtadError("LTAD_CONFIG", `--shard: expected the number of a shard, ${why}.`, { details: { field: "shard", received: value } });
}

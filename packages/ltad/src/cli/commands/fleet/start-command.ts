import { plural } from "@ltad/core/format";
import { checkOut, missingShards, openPlan, workPlan } from "@ltad/fleet";
import { withoutPassword } from "@ltad/fleet/bullmq";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { formatWords, type MergeCommandOptions, mergeAndPrint, outOf } from "./merge-command.js";
import { placesOf, placeWords, sharedThreads, type WorkerOptions, workOptions } from "./worker-options.js";

export type StartCommandOptions = CommonOptions & WorkerOptions & MergeCommandOptions & { readonly local: number; readonly queue?: string };

/** Runs what is missing and merges. */
export async function startCommand(io: Io, address: string, options: StartCommandOptions): Promise<void> {
  const where =
    options.queue === undefined ? (["--local", options.local] as const) : (["--queue", withoutPassword(options.queue)] as const);
  const again = typedCommand(
    io.env,
    "fleet",
    "start",
    address,
    ...where,
    "--out",
    outOf(address, options),
    ...formatWords(options),
    ...placeWords(options),
  );
  await withSession(io, options, `Finished shards are kept. Continue with\n  ${again}`, async (session) => {
    await checkOut(outOf(address, options), options.force ?? false); // before the work
    const opened = await openPlan(address, placesOf(io.env, options));
    const missing = await missingShards(opened);
    session.info(`${plural(missing.length, "shard")} of ${opened.plan.shards.length} to run.`);
    if (options.queue === undefined) await runShards(session, address, missing, options);
    else if (missing.length > 0) await (await import("./wait-for-queue.js")).waitForQueue(session, address, opened, options.queue);
    await mergeAndPrint(session, address, options);
  });
}

/** Runs shards in processes that share the cores. */
export async function runShards(
  { signal, onProgress, io }: Pick<Session, "signal" | "onProgress" | "io">,
  address: string,
  shards: readonly number[],
  options: WorkerOptions & { readonly local: number },
): Promise<void> {
  const { local: processes } = options;
  const threads = sharedThreads(processes, options);
  const opened = await openPlan(address, placesOf(io.env, options));
  await workPlan(address, opened, { ...workOptions(io.env, { ...options, threads }), processes, shards, signal, onProgress });
}

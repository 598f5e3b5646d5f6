import { plural } from "@ltad/core/format";
import { openPlan, planStatus } from "@ltad/fleet";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { typedCommand } from "../../typed-command.js";
import { runShards } from "./start-command.js";
import { warnOfBad } from "./warn-of-bad.js";
import { placesOf, placeWords, type WorkerOptions } from "./worker-options.js";

/** Runs the shards again that left out images. */
export async function retryCommand(
  io: Io,
  address: string,
  options: CommonOptions & WorkerOptions & { readonly local: number },
): Promise<void> {
  const again = typedCommand(io.env, "fleet", "retry", address, "--bad", ...placeWords(options));
  await withSession(io, options, `Earlier results are kept. Continue with\n  ${again}`, async (session) => {
    const opened = await openPlan(address, placesOf(io.env, options));
    const before = await planStatus(opened);
    const shards = [...new Set(before.bad.map(({ shard }) => shard))];
    session.info(`${plural(before.bad.length, "image")} in ${plural(shards.length, "shard")} to retry.`);
    if (shards.length > 0) await runShards(session, address, shards, options);
    const { bad } = await planStatus(opened);
    session.printJson({ before: before.bad.length, bad });
    session.print(`${before.bad.length - bad.length} of ${plural(before.bad.length, "image")} can be used now.`);
    warnOfBad(session, bad);
  });
}

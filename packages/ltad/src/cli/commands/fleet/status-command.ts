import { count, plural, seconds, short } from "@ltad/core/format";
import { openPlan, planStatus } from "@ltad/fleet";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { type PlaceOptions, placesOf } from "./worker-options.js";
import { warnOfBad } from "./warn-of-bad.js";

/** Shows how far a plan is. */
export async function statusCommand(io: Io, address: string, options: CommonOptions & PlaceOptions): Promise<void> {
  await withSession(io, options, "Nothing has changed.", async (session) => {
    const status = await planStatus(await openPlan(address, placesOf(io.env, options)));
    session.printJson(status);
    const { done, shards, imagesDone, images, imagesPerSecond, secondsLeft } = status;
    const rate = imagesPerSecond === null ? "" : `, ${short(imagesPerSecond)} images/s`;
    const left = secondsLeft === null ? "" : secondsLeft === 0 ? ", complete" : `, ${seconds(secondsLeft)} left`;
    session.print(`${count(done)} of ${plural(shards, "shard")}, ${count(imagesDone)} of ${plural(images, "image")}${rate}${left}`);
    warnOfBad(session, status.bad);
  });
}

import type { OpenPlan } from "@ltad/fleet";
import { bullQueue, runByQueue } from "@ltad/fleet/bullmq";
import type { Session } from "../../session.js";

/** Adds what is missing to a queue, and waits until its workers have written all results into the store. */
export async function waitForQueue(
  { signal, onProgress, warn, info }: Session,
  address: string,
  opened: OpenPlan,
  url: string,
): Promise<void> {
  const queue = await bullQueue(url, { onWarning: warn });
  info("Waiting for workers of this queue. Ctrl-C loses nothing.");
  try {
    await runByQueue(address, opened, queue, { signal, onProgress });
  } finally {
    await queue.close();
  }
}

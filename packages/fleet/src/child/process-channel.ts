import type { FromChild, ShardOrder } from "./messages.js";
import { removeScratch } from "../work/scratch-folder.js";
import type { Channel } from "./serve-shards.js";

/**
 * The channel of this process to the one that forked it, to which it leaves Ctrl-C.
 * @param onGone called when that process has ended
 */
export function processChannel(onGone: () => void): Channel {
  let scratch: string | undefined;
  process.on("disconnect", () => {
    if (scratch !== undefined) removeScratch(scratch); // nobody else does so any more
    onGone();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  return {
    onOrder: (handler) =>
      void process.on("message", (message) => {
        const order = message as ShardOrder;
        scratch = order.scratch;
        handler(order);
      }),
    send: (message: FromChild) => void process.send?.(message),
  };
}

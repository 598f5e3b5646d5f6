import type { FromChild, ShardOrder } from "./messages.js";
import type { Channel } from "./serve-shards.js";

/**
 * The channel of this process to the one that forked it, to which it leaves Ctrl-C.
 * @param onGone called when that process has ended
 */
export function processChannel(onGone: () => void): Channel {
  process.on("disconnect", onGone);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  return {
    onOrder: (handler) => void process.on("message", (order) => handler(order as ShardOrder)),
    send: (message: FromChild) => void process.send?.(message),
  };
}

import type { FromChild, ShardOrder } from "./messages.js";
import type { Channel } from "./serve-shards.js";

/** The channel of this process to the one that forked it. It ends with its parent, and leaves Ctrl-C to it. */
export function processChannel(): Channel {
  process.on("disconnect", () => process.exit());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
  return {
    onOrder: (handler) => void process.on("message", (order) => handler(order as ShardOrder)),
    send: (message: FromChild) => void process.send?.(message),
  };
}

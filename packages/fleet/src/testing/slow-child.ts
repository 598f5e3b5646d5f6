// A computing process for tests that takes a tenth of a second longer for each image, so that it can be stopped in the middle of a shard.
import { processChannel } from "../child/process-channel.js";
import { serveShards } from "../child/serve-shards.js";

/** Its name, for those who start it. */
export type SlowChild = "slow-child";

const channel = processChannel(() => process.exit());
const wait = new Int32Array(new SharedArrayBuffer(4));

serveShards({
  onOrder: (handler) => channel.onOrder(handler),
  send(message) {
    channel.send(message);
    if (message.type === "begin") Atomics.wait(wait, 0, 0, 100);
  },
});

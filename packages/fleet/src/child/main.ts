// The process that computes shards: `startChild` forks it.
import { processChannel } from "./process-channel.js";
import { serveShards } from "./serve-shards.js";

serveShards(processChannel(() => process.exit()));

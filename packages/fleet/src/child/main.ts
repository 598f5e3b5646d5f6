// The process that computes shards: `startChild` forks it.
import { collectAtOnce } from "@ltad/core";
import { processChannel } from "./process-channel.js";
import { serveShards } from "./serve-shards.js";

collectAtOnce();
serveShards(processChannel(() => process.exit()));

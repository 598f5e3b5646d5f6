// A computing process for tests: an image whose file contains "crash" ends it, and one that contains "hang" stops it.
import { readFileSync } from "node:fs";
import { processChannel } from "../child/process-channel.js";
import { serveShards } from "../child/serve-shards.js";
import type { ShardOrder } from "../child/messages.js";
import { openPlan } from "../plan/open-plan.js";

/** What a file can say. */
export type Fault = "crash" | "hang";

const channel = processChannel(() => process.exit());
let files = new Map<string, string>();

serveShards({
  onOrder: (handler) => channel.onOrder((order) => void listFiles(order).then(() => handler(order))),
  send(message) {
    channel.send(message);
    if (message.type !== "begin") return;
    const content = readFileSync(files.get(message.id)!);
    if (content.includes("crash")) process.abort();
    if (content.includes("hang")) for (;;);
  },
});

async function listFiles({ plan, shard, root, s3 }: ShardOrder): Promise<void> {
  files = new Map((await (await openPlan(plan, { root, s3 })).items(shard)).map(({ id, file }) => [id, file]));
}

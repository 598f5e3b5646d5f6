import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mergeStatistics, openTask, type OpenPlan, runShard, type StatisticsTask } from "@ltad/fleet";
import { planMaker } from "./plans.js";
import { queueTime } from "./queue.js";
import { openPool, timeOf, warm } from "./workers.js";

// What the work of many machines costs beside the work itself: seconds and bytes of an image in plans of three sizes, two processes against one,
// a queue against none, and the memory of a merge. The images have 64 pixels and the encoder is tiny, so the costs show.

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000,100000" },
    /** Images of a shard. */
    shard: { type: "string", default: "250" },
    /** Shards of the merge, and of the queue. */
    merge: { type: "string", default: "10000" },
    queue: { type: "string", default: "200" },
    port: { type: "string", default: "16379" },
    /** Images that two cores encode in a second, for the projection; `npm run -s bench -- encode` prints it. */
    rate: { type: "string", default: "34" },
  },
});
const sizes = values.sizes.split(",").map(Number);
const shardImages = Number(values.shard);
const figures: Record<string, number> = {};
const root = await mkdtemp(join(tmpdir(), "ltad-fleet-"));
const planOf = await planMaker(root);
try {
  await measureSizes();
  await measureTwoWorkers();
  await measureQueue();
  await measureMerge();
} finally {
  await rm(root, { recursive: true, force: true });
}
project();
const targets: Record<string, number> = {
  seconds_spread: 0.05,
  bytes_spread: 0.05,
  two_workers: 1.8,
  queue_share: 0.01,
  merge_growth_mb: 100,
};
const isMet = (name: string) => (name === "two_workers" ? figures[name]! >= targets[name]! : figures[name]! <= targets[name]!);
const measured = Object.keys(targets).filter((name) => name in figures);
const met = Object.fromEntries(measured.map((name) => [name, isMet(name)]));
console.log(JSON.stringify({ name: "fleet", figures, targets, met }));

/**
 * Seconds that a process spends on an image, with two processes at work: two shards of each plan in turns, small plans again and again, because
 * the speed of a shared machine changes from second to second. Every plan has processes of its own, which stay open.
 */
async function measureSizes(): Promise<void> {
  const plans = await Promise.all(sizes.map((images) => planOf(`size-${images}`, { images, shardImages })));
  const pools = plans.map(() => openPool(2));
  for (const [k, pool] of pools.entries()) for (let i = 0; i < 4; i++) await warm(pool, plans[k]!.address); // their code is compiled then
  const times: number[][] = sizes.map(() => []);
  for (let from = 0; from < Math.max(...plans.map(shardsOf)); from += 2)
    for (const [k, made] of plans.entries()) {
      const { busy } = await timeOf(
        pools[k]!,
        made,
        [from, from + 1].map((shard) => shard % shardsOf(made)),
      );
      times[k]!.push(busy / 2 / shardImages);
    }
  pools.forEach((pool) => pool.close());
  const bytes: number[] = [];
  for (const [k, images] of sizes.entries()) {
    const start = performance.now();
    await merge(plans[k]!.opened, `merged-${images}`);
    figures[`merge_ms_per_image_${images}`] = (performance.now() - start) / images;
    bytes.push((await bytesIn(join(root, `size-${images}`))) / images);
    figures[`ms_per_image_${images}`] = middle(times[k]!) * 1000;
    figures[`bytes_per_image_${images}`] = bytes[k]!;
    print(`${images} images: ${(middle(times[k]!) * 1000).toFixed(3)} ms of a process and ${bytes[k]!.toFixed(0)} bytes an image`);
  }
  figures["seconds_spread"] = spread(times.map(middle));
  figures["bytes_spread"] = spread(bytes);
}

function shardsOf({ opened }: { readonly opened: OpenPlan }): number {
  return opened.plan.shards.length;
}

async function measureTwoWorkers(): Promise<void> {
  const made = await planOf("two", { images: Math.min(5000, sizes.at(-1)!), shardImages });
  const timed = async (processes: number) => {
    const pool = openPool(processes);
    await warm(pool, made.address);
    const times = [await timeOf(pool, made), await timeOf(pool, made)];
    pool.close();
    return Math.min(...times.map(({ elapsed }) => elapsed));
  };
  const [one, two] = [await timed(1), await timed(2)];
  figures["two_workers"] = one / two;
  print(`two processes take ${(one / two).toFixed(2)} times less time than one`);
}

/** Shards of ten images, whose work takes milliseconds: the difference is the queue. */
async function measureQueue(): Promise<void> {
  const shards = Number(values.queue);
  const options = { images: 10 * shards, shardImages: 10 };
  const pool = openPool(1);
  const plain = await planOf("plain", options);
  await warm(pool, plain.address);
  const { elapsed: without } = await timeOf(pool, plain);
  pool.close();
  const queued = await queueTime(await planOf("queued", options), Number(values.port));
  if (queued === undefined) return print("no redis-server on this machine: the queue was not measured");
  figures["queue_ms_per_shard"] = Math.max(0, ((queued - without) / shards) * 1000);
  figures["queue_share"] = figures["queue_ms_per_shard"] / 180_000; // a shard of three minutes
  print(`the queue takes ${figures["queue_ms_per_shard"].toFixed(1)} ms a shard`);
}

/** A tenth of the shards, then all: the memory must not grow with them. */
async function measureMerge(): Promise<void> {
  const most = Number(values.merge);
  const peaks: number[] = [];
  for (const shards of [Math.ceil(most / 10), most]) {
    const { opened } = await planOf(`merge-${shards}`, { images: shards, shardImages: 1 });
    const task = await openTask(opened, { threads: 1 });
    for (const shard of opened.plan.shards.keys()) await runShard(opened, task, shard);
    await task.close();
    const start = performance.now();
    peaks.push(await growth(() => merge(opened, `merged-of-${shards}`)));
    figures[`merge_seconds_${shards}_shards`] = (performance.now() - start) / 1000;
    figures[`merge_mb_${shards}_shards`] = peaks.at(-1)!;
    print(
      `${shards} shards are merged in ${figures[`merge_seconds_${shards}_shards`]!.toFixed(1)} s with ${peaks.at(-1)!.toFixed(0)} MB more memory`,
    );
  }
  figures["merge_growth_mb"] = peaks[1]! - peaks[0]!;
}

function merge(opened: OpenPlan, name: string) {
  return mergeStatistics(opened, opened.plan.task as StatisticsTask, { out: join(root, name) });
}

/**
 * Shards of 6,000 images on workers of two cores, at the measured rate of the real encoder: a plan takes as many rounds as there are shards for
 * each worker. The merge is that of the tiny sums of this bench.
 */
function project(): void {
  const shardHours = 6000 / Number(values.rate) / 3600;
  const mergeSeconds = figures[`merge_seconds_${values.merge}_shards`]! / Number(values.merge);
  for (const images of [1e6, 1e8]) {
    const shards = Math.ceil(images / 6000);
    for (const cores of [2, 128, 1024]) {
      const hours = Math.ceil(shards / (cores / 2)) * shardHours;
      figures[`hours_${images}_images_${cores}_cores`] = hours;
      print(
        `${images} images on ${cores} cores: ${hours.toFixed(2)} h, and ${((shards * mergeSeconds) / 60).toFixed(1)} min for the merge`,
      );
    }
  }
}

/** How much the memory of the process rises meanwhile, in MB. */
async function growth(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
  await work();
  clearInterval(timer);
  return (peak - before) / 1e6;
}

/** Of the results of a store: what grows with the images. */
async function bytesIn(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const results = files.filter((entry) => entry.isFile() && entry.name.endsWith(".safetensors"));
  const sizesOf = await Promise.all(results.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return sizesOf.reduce((sum, size) => sum + size, 0);
}

function spread(numbers: readonly number[]): number {
  return Math.max(...numbers) / Math.min(...numbers) - 1;
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)]!;
}

function print(line: string): void {
  console.log(line);
}

import { parseArgs } from "node:util";
import { collectAtOnce } from "@ltad/core";
import { longTail, scanDataset } from "@ltad/data";
import { resolveConfig, train } from "@ltad/train";

// One training in a process of its own. Prints its parts in seconds, the seconds from the start of the process to the first training step, the largest resident
// memory in MB, and when it began, in microseconds of the monotonic clock.

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "." },
    out: { type: "string" },
    cache: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
});
collectAtOnce(); // as `ltad` does
const split = await longTail(await scanDataset(values.data), { protocol: "exp20", seed: 0 });
let firstStep: number | undefined;
const began = Number(process.hrtime.bigint() / 1000n);
const { timing } = await train({
  split,
  seed: 0,
  config: resolveConfig({ sets: values.set }),
  out: values.out!,
  cacheDir: values.cache!,
  onProgress: ({ unit }) => {
    if (unit === "steps") firstStep ??= performance.now() / 1000;
  },
});
const images = split.classes.reduce((sum, { train: items }) => sum + items.length, 0);
const [seconds, peakMb] = [performance.now() / 1000, process.resourceUsage().maxRSS / 1e3];
console.log(JSON.stringify({ images, timing, firstStep, seconds, peakMb, began }));

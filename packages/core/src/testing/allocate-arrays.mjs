import { constants, PerformanceObserver } from "node:perf_hooks";
import { setImmediate, setTimeout } from "node:timers/promises";
import { collectAtOnce } from "@ltad/core";

// Makes and forgets arrays as large as the pixels of a request, and prints how many collections worked in steps.

if (process.argv[2] === "at once") collectAtOnce();
let inSteps = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_INCREMENTAL) inSteps++;
}).observe({ entryTypes: ["gc"] });
const kept = [];
for (let i = 0; i < 1000; i++) {
  kept[i % 20] = new Float32Array(2 ** 18).fill(i);
  await setImmediate();
}
await setTimeout(100); // the observer's turn
process.stdout.write(String(inSteps));

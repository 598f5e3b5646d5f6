import { collectAtOnce } from "@ltad/core";
import { openStep } from "./model.js";

// Prints the resident memory of a process that does nothing but training steps, in MB, after a third of so many as the argument says and after all; see memoryAfter.

collectAtOnce(); // as `ltad` does
const step = await openStep();
const steps = Number(process.argv[2]);
const found: number[] = [];
for (let i = 1; i <= steps; i++) {
  await step.run();
  if (i === Math.ceil(steps / 3) || i === steps) found.push(process.memoryUsage().rss / 1e6);
}
console.log(JSON.stringify(found));
await step.dispose();

import { openStep } from "./model.js";

// Prints the resident memory of a process that does nothing but training steps, in MB, after 100 and after as many as the argument says.

const step = await openStep();
const found: number[] = [];
for (let i = 1; i <= Number(process.argv[2]); i++) {
  await step.run();
  if (i === 100 || i === Number(process.argv[2])) found.push(process.memoryUsage().rss / 1e6);
}
console.log(JSON.stringify(found));
await step.dispose();

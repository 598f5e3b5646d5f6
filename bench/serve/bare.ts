// The bare pipeline in a process of its own: it judges one image again and again between two messages, and answers how often it did.
import { readFile } from "node:fs/promises";
import { collectAtOnce } from "@ltad/core";
import { openDetector } from "@ltad/detector";

const [bundle = "", image = "", threads = "1"] = process.argv.slice(2);
collectAtOnce(); // as the server
const detector = await openDetector(bundle, { threads: Number(threads) });
const file = await readFile(image);
await detector.predict(file, { size: "grid" });
process.send!("ready");
process.on("disconnect", () => process.exit(0));
process.on("message", (ms: number) => void measure(ms));

async function measure(ms: number): Promise<void> {
  const end = performance.now() + ms;
  let count = 0;
  const start = performance.now();
  while (performance.now() < end) {
    await detector.predict(file, { size: "grid" });
    count++;
  }
  process.send!({ rate: (count * 1000) / (performance.now() - start) });
}

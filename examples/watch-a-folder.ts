// Scores every image that appears in a folder, as a camera writes them, until Ctrl-C; one line of JSON for each.
//
//   npx tsx watch-a-folder.ts ./model ./camera
import { on } from "node:events";
import { watch } from "node:fs";
import { extname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isLtadError, openDetector } from "ltad";

const [model = "./model", folder = "./camera"] = process.argv.slice(2);
const limit = 0.7; // choose one for each class: `ltad eval` prints thresholds
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const detector = await openDetector(model);
const scored = new Set<string>();
const changes = on(watch(folder, { signal: stop.signal }), "change", { signal: stop.signal }); // every image from here on is scored
console.error(`watching ${folder}`);
try {
  for await (const [, filename] of changes as AsyncIterable<[string, string | null]>) {
    if (!filename || scored.has(filename) || ![".png", ".jpg", ".jpeg"].includes(extname(filename).toLowerCase())) continue;
    scored.add(filename);
    await scoreOne(filename);
  }
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await detector.dispose();
}

/** Tries again for a while: a camera may not have written the whole image yet. */
async function scoreOne(name: string, tries = 10): Promise<void> {
  try {
    const { score, class: found } = await detector.predict(join(folder, name), { size: "grid" });
    console.log(JSON.stringify({ name, class: found, score, alarm: score > limit }));
  } catch (error) {
    if (!isLtadError(error) || error.code !== "LTAD_IMAGE") throw error;
    if (tries === 0) return console.error(error.message);
    await wait(200);
    await scoreOne(name, tries - 1);
  }
}

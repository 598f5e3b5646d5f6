import { mkdir, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { parseArgs } from "node:util";
import { csvRow } from "@ltad/core";
import { isGood, scanDataset } from "@ltad/data";
import { openDetector, train } from "ltad";
import "@ltad/train"; // which `ltad` loads when it trains; loading is left out for the others, too
import type { Cost } from "./row.js";

// Our side, in a process of its own: `fit` trains from image files, `predict` scores the test images one after another.
// Both print their cost as a line of JSON. main.ts runs it with a cache that holds weights but no features.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: "" },
    preset: { type: "string", default: "" },
    cache: { type: "string", default: "" },
    order: { type: "string", default: "" },
    out: { type: "string", default: "" },
    seed: { type: "string", default: "0" },
  },
});
const size = { width: 384, height: 384 };
const model = join(values.out, "model");
const cost = positionals[0] === "fit" ? await fit() : await predict();
console.log(JSON.stringify(cost));

async function fit(): Promise<Cost> {
  const { data, preset, cache, order, seed } = values;
  const measured = measure();
  const { folder } = await train(data, {
    out: model,
    preset,
    cacheDir: cache,
    protocol: "exp20",
    order: order.split(","),
    seed: Number(seed),
  });
  const detector = await openDetector(folder);
  const bytes = Object.values(detector.manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  await detector.dispose();
  return { ...measured(), bytes };
}

/** Maps are written between two images, and the time of that is left out. */
async function predict(): Promise<Cost> {
  const detector = await openDetector(model);
  const items = (await scanDataset(values.data)).classes.flatMap(({ name, test }) => test.map((item) => ({ ...item, class: name })));
  await detector.predict(items[0]!.file, { size }); // a warm-up
  const lines = [csvRow(["image", "class", "label", "score"])];
  const sum = { seconds: 0, cpuSeconds: 0 };
  for (const item of items) {
    const measured = measure();
    const { score, map } = await detector.predict(item.file, { class: item.class, size });
    const { seconds, cpuSeconds } = measured();
    sum.seconds += seconds;
    sum.cpuSeconds += cpuSeconds;
    lines.push(csvRow([item.id, item.class, isGood(item) ? 0 : 1, score]));
    await writeNpy(join(values.out, "maps", `${item.id.slice(0, -extname(item.id).length)}.npy`), map);
  }
  await writeFile(join(values.out, "scores.csv"), lines.join(""));
  await detector.dispose();
  return { ...sum, peakMb: peakMb(), images: items.length };
}

/** Starts a clock; the result reads it. */
function measure(): () => Pick<Cost, "seconds" | "cpuSeconds" | "peakMb"> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6, peakMb: peakMb() };
  };
}

function peakMb(): number {
  return process.resourceUsage().maxRSS / 1e3;
}

async function writeNpy(file: string, map: Float32Array): Promise<void> {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${size.height}, ${size.width}), }`.padEnd(117) + "\n";
  const start = Uint8Array.of(0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, Buffer.concat([start, Buffer.from(header), new Uint8Array(map.buffer, map.byteOffset, map.byteLength)]));
}

import { openSync, readFileSync, readSync, statSync } from "node:fs";
import { auroc, aupro, averagePrecision, exactPixels, f1Max, rank, streamingPixels } from "@ltad/metrics";
import { side } from "./make-maps.js";

// Run alone in a process, so that its peak memory is its own: ours.ts FOLDER exact|streaming|images. Prints one line of JSON.

const [folder = "", what = ""] = process.argv.slice(2);
console.log(JSON.stringify(what === "images" ? measureImages() : measurePixels(what === "exact" ? exactPixels() : streamingPixels())));

/** Images come from disk one at a time, as from a model; reading them is not counted. */
function measurePixels(pixels: ReturnType<typeof exactPixels> | ReturnType<typeof streamingPixels>) {
  const size = side * side;
  const images = statSync(`${folder}/masks.u8`).size / size;
  const [maps, masks] = [openSync(`${folder}/maps.f32`, "r"), openSync(`${folder}/masks.u8`, "r")];
  const [map, mask] = [new Float32Array(size), new Uint8Array(size)];
  const before = process.resourceUsage().maxRSS;
  let add = 0;
  for (let i = 0; i < images; i++) {
    readSync(maps, map, 0, 4 * size, 4 * size * i);
    readSync(masks, mask, 0, size, size * i);
    add += time(() => pixels.add({ map, mask, width: side })).seconds;
  }
  const sort = time(() => pixels.ranking());
  const ranked = time(() => ({ auroc: auroc(sort.value), ap: averagePrecision(sort.value), f1max: f1Max(sort.value).value }));
  const pro = time(() => aupro(sort.value, 0.3));
  return {
    seconds: { add, sort: sort.seconds, ranked: ranked.seconds, aupro: pro.seconds },
    peakBytes: (process.resourceUsage().maxRSS - before) * 1024,
    values: { ...ranked.value, aupro: pro.value },
    counts: pixels.counts,
  };
}

/** The median of some runs over the same million scores, after a warm-up. */
function measureImages() {
  const scores = new Float64Array(readFileSync(`${folder}/scores.f64`).buffer.slice(0));
  const labels = new Uint8Array(readFileSync(`${folder}/labels.u8`));
  const runs = Array.from({ length: 20 }, () => time(() => auroc(rank(scores, labels)))).slice(5);
  const seconds = runs.map((run) => run.seconds).sort((a, b) => a - b);
  return { seconds: seconds[7], spread: [seconds[0], seconds[14]], values: { auroc: runs[0]?.value } };
}

function time<T>(work: () => T): { seconds: number; value: T } {
  const start = performance.now();
  const value = work();
  return { seconds: (performance.now() - start) / 1000, value };
}

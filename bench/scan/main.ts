import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { scanDataset } from "@ltad/data";

// How long it takes to index a data set of many files, and how much memory: MVTec AD's folders with 100,000 empty files, 1 in 10 of them a mask.

const { values } = parseArgs({ options: { files: { type: "string", default: "100000" }, classes: { type: "string", default: "50" } } });
const [files, classes] = [Number(values.files), Number(values.classes)];
const root = await mkdtemp(join(tmpdir(), "ltad-scan-"));
try {
  await makeFiles();
  const before = process.memoryUsage().rss;
  const times: number[] = [];
  for (let run = 0; run < 4; run++) times.push(await seconds());
  const [, ...warm] = times;
  const sorted = warm.sort((a, b) => a - b);
  const figures = {
    files,
    first_seconds: round(times[0]!),
    median_seconds: round(sorted[1]!),
    spread_seconds: round(sorted.at(-1)! - sorted[0]!),
    peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    before_mb: Math.round(before / 1024 ** 2),
  };
  const targets = { first_seconds: 10 };
  console.log(JSON.stringify({ name: "scan", figures, targets, met: { first_seconds: figures.first_seconds <= targets.first_seconds } }));
} finally {
  await rm(root, { recursive: true, force: true });
}

async function seconds(): Promise<number> {
  const start = performance.now();
  const { classes: found } = await scanDataset(root);
  const images = found.reduce((sum, { train, test }) => sum + train.length + test.length, 0);
  if (images !== classes * (perClass("train") + 2 * perClass("test"))) throw new Error(`${images} images were found`);
  return (performance.now() - start) / 1000;
}

function perClass(kind: "train" | "test"): number {
  const all = Math.floor(files / classes);
  return Math.floor(all * (kind === "train" ? 0.7 : 0.1));
}

async function makeFiles(): Promise<void> {
  const folders = [
    ["train/good", perClass("train"), ""],
    ["test/good", perClass("test"), ""],
    ["test/crack", perClass("test"), ""],
    ["ground_truth/crack", perClass("test"), "_mask"],
  ] as const;
  for (let k = 0; k < classes; k++) {
    for (const [folder, count, ending] of folders) {
      const at = join(root, `class-${k}`, folder);
      await mkdir(at, { recursive: true });
      for (let i = 0; i < count; i += 100)
        await Promise.all(Array.from({ length: Math.min(100, count - i) }, (_, j) => writeFile(join(at, `${i + j}${ending}.png`), "")));
    }
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

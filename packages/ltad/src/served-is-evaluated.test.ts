import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expectClose } from "@ltad/core/testing";
import { scanDataset } from "@ltad/data";
import { openDetector } from "@ltad/detector";
import { evaluate } from "@ltad/evaluate";
import { tinyDataset } from "@ltad/evaluate/testing";
import { expect, it } from "vitest";
import { brightnessBundle } from "./cli/testing/brightness-bundle.js";
import { temporaryFolder } from "./cli/testing/test-io.js";

it.each(["linear", "cubic", "lanczos3", "nearest"] as const)("what is evaluated is what is served, with the filter %s", async (kernel) => {
  const folder = await temporaryFolder();
  const data = await tinyDataset(join(folder, "data"), { tile: { train: 1, good: 2, defect: 2 } });
  const detector = await openDetector(await brightnessBundle(join(folder, "model"), ["tile"], { kernel }), { threads: 1 });
  try {
    const { tested } = await evaluate(detector, await scanDataset(data), { cacheDir: join(folder, "cache"), classes: "folder" });
    expect(tested[0]!.images).toHaveLength(4);
    for (const { item, score, map } of tested[0]!.images) {
      const served = await detector.predict(item.file, { class: "tile", size: "grid" });
      expect([served.score, served.map]).toEqual([score, map]);
    }
  } finally {
    await detector.dispose();
  }
});

it("what is evaluated in tiles is what is served in tiles, and what the whole image gives where places see themselves alone", async () => {
  const folder = await temporaryFolder();
  const data = await tinyDataset(join(folder, "data"), { tile: { train: 1, good: 2, defect: 2 } });
  const tiles = { size: 16, starts: [0, 8, 16] };
  const detector = await openDetector(await brightnessBundle(join(folder, "tiled"), ["tile"], { tiles }), { threads: 1 });
  const whole = await openDetector(await brightnessBundle(join(folder, "whole"), ["tile"]), { threads: 1 });
  try {
    const { tested } = await evaluate(detector, await scanDataset(data), { cacheDir: join(folder, "cache"), classes: "folder" });
    expect(tested[0]!.images).toHaveLength(4);
    for (const { item, score, map } of tested[0]!.images) {
      const served = await detector.predict(item.file, { class: "tile", size: "grid" });
      expect([served.score, served.map]).toEqual([score, map]);
      const expected = await whole.predict(item.file, { class: "tile", size: "grid" });
      expectClose(map, expected.map, { rtol: 1e-5, atol: 1e-6 }, "map");
      expectClose([score], [expected.score], { rtol: 1e-5, atol: 0 }, "score");
    }
  } finally {
    await Promise.all([detector.dispose(), whole.dispose()]);
  }
});

const worker = new URL("../../feature-store/dist/worker.js", import.meta.url);
const built = existsSync(worker) && existsSync(new URL("../dist/index.js", import.meta.url));

/** Runs on the built packages, whose threads are JavaScript files. */
const program = `
const compare = async ([model, data, cacheDir]) => {
  const { evaluate } = await import("@ltad/evaluate");
  const { openDetector, scanDataset } = await import("ltad");
  const detector = await openDetector(model);
  let threads = 0;
  process.on("worker", () => threads++);
  const { tested } = await evaluate(detector, await scanDataset(data), { cacheDir, classes: "folder" });
  const differing = [];
  for (const { item, score } of tested[0].images) {
    const served = await detector.predict(item.file, { class: "tile" });
    if (served.score !== score) differing.push([item.id, score, served.score]);
  }
  await detector.dispose();
  console.log(JSON.stringify({ threads, images: tested[0].images.length, differing }));
};
compare(process.argv.slice(1));
`;

it.skipIf(!built)("what is evaluated by two threads is what is served (npm run build comes first)", async () => {
  const folder = await temporaryFolder();
  const model = await brightnessBundle(join(folder, "model"), ["tile"]);
  const data = await tinyDataset(join(folder, "data"), { tile: { train: 1, good: 50, defect: 20 } });
  const argv = ["-e", program, model, data, join(folder, "cache")];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: fileURLToPath(new URL("..", import.meta.url)) });
  expect(JSON.parse(stdout)).toEqual({ threads: 2, images: 70, differing: [] });
});

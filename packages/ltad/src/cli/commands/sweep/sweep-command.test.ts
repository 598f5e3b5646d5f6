import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadImageEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import { tinyDataset } from "@ltad/evaluate/testing";
import { describe, expect, it } from "vitest";
import { combinations, type SweepResult } from "../../../sweep.js";
import { run } from "../../run.js";
import { ltad, temporaryFolder, testIo } from "../../testing/test-io.js";
import { sweepTable } from "./sweep-command.js";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(loadImageEncoder("efficientnet-b0", { cacheDir }));
const small = ["features.inputSize=64", "features.stages=[2,3]", "copies.upTo=0"].flatMap((pair) => ["--set", pair]);

it("stops at Ctrl-C, goes on, repeats no finished run, and says mean and deviation", { timeout: 600_000, skip: !weights }, async () => {
  const root = await temporaryFolder();
  const data = await tinyDataset(join(root, "data"), { tile: { train: 5, good: 3, defect: 3 }, nut: { train: 4, good: 3, defect: 3 } });
  const out = join(root, "sweep");
  const argv = ["sweep", data, "--out", out, "--preset", "fast", "--seeds", "0,1", "--protocol", "exp2", ...small, "--cache-dir", cacheDir];
  const grid = [...argv, "--grid", "whitening.ridge=0.01,10"];

  const stopped = testIo({ isTTY: true, columns: 200 });
  const write = stopped.io.stderr.write.bind(stopped.io.stderr);
  stopped.io.stderr.write = (text) => {
    if (text.includes("2 of 4") && !stopped.written.stderr.includes("Stopping")) stopped.interrupt();
    return write(text);
  };
  expect(await run(grid, stopped.io)).toBe(130);
  expect(stopped.written.stderr).toMatch(/Run the same command to continue; finished runs are kept/);
  const [first] = JSON.parse(await readFile(join(out, "sweep.json"), "utf8")) as SweepResult[];
  const before = await stat(join(first!.folder, "model.json"));

  const ended = await ltad(...grid);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr).toMatch(/1 of 4: whitening\.ridge=0\.01, seed 0 \(already finished\)/);
  expect(ended.stderr).not.toMatch(/2 of 4.*already finished/);
  expect(await stat(join(first!.folder, "model.json"))).toEqual(expect.objectContaining({ mtimeMs: before.mtimeMs }));
  expect(ended.stdout).toMatch(
    /^setting +Avg image \/ pixel +High +Low +seeds\nwhitening\.ridge=0\.01 +[\d.]+ ± [\d.]+ \/ .* 2\nwhitening\.ridge=10 /,
  );
  const rows = (await readFile(join(out, "sweep.csv"), "utf8")).trim().split("\n");
  expect(rows).toHaveLength(5);
  expect(rows[0]).toMatch(/^seed,whitening\.ridge,image_auroc,pixel_auroc,.*,seconds,folder$/);

  const wider = await ltad(...argv, "--grid", "whitening.ridge=10", "--json", "--quiet");
  expect((JSON.parse(wider.stdout) as SweepResult[]).map(({ folder }) => folder)).toEqual(
    (JSON.parse(await readFile(join(out, "sweep.json"), "utf8")) as SweepResult[]).map(({ folder }) => folder),
  );
});

describe("a grid", () => {
  it("is every choice of one value of each setting; brackets hold a value together", () => {
    expect(combinations([])).toEqual([{}]);
    expect(combinations(["preset=fast,paper", "features.stages=[2,3],[2,3,5]"])).toEqual([
      { preset: "fast", "features.stages": "[2,3]" },
      { preset: "fast", "features.stages": "[2,3,5]" },
      { preset: "paper", "features.stages": "[2,3]" },
      { preset: "paper", "features.stages": "[2,3,5]" },
    ]);
  });

  it.each([
    [["whitening.ridge"], /expected key=value,value/],
    [["=1,2"], /expected key=value,value/],
    [["whitening.ridge=1,,2"], /expected key=value,value/],
    [["whitening.ridge=1", "whitening.ridge=2"], /given twice/],
    [["whitening.ridge=0.1,much"], /whitening\.ridge/],
    [["whitening.rigde=0.1"], /rigde/],
    [["preset=fast,best"], /preset: expected recommended, fast or paper/],
  ])("%j is refused before the first training", async (grid, message) => {
    const root = await temporaryFolder();
    const argv = ["sweep", join(root, "data"), "--out", join(root, "out"), ...grid.flatMap((text) => ["--grid", text])];
    const { code, stderr } = await ltad(...argv);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it("may not name a seed twice", async () => {
    const { code, stderr } = await ltad("sweep", "data", "--out", "out", "--seeds", "1,1");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/each seed once/)]);
  });
});

it("tells a metric that is undefined, and the mean alone of one seed", () => {
  const metrics = {
    image_auroc: 0.9,
    pixel_auroc: null,
    high_image_auroc: 0.8,
    high_pixel_auroc: null,
    low_image_auroc: 1,
    low_pixel_auroc: null,
  };
  const results: SweepResult[] = [
    { seed: 0, values: { preset: "fast" }, folder: "a", seconds: 1, metrics },
    { seed: 0, values: { preset: "paper" }, folder: "b", seconds: 1, metrics },
    { seed: 1, values: { preset: "paper" }, folder: "c", seconds: 1, metrics: { ...metrics, image_auroc: 0.7 } },
  ];
  expect(
    sweepTable(results)
      .split("\n")
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ["setting", "Avg image / pixel", "High", "Low", "seeds"],
    ["preset=fast", "90.0 / -", "80.0 / -", "100.0 / -", "1"],
    ["preset=paper", "80.0 ± 14.1 / -", "80.0 ± 0.0 / -", "100.0 ± 0.0 / -", "2"],
  ]);
});

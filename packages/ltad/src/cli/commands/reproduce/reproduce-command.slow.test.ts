import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadImageEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import { tinyDataset } from "@ltad/evaluate/testing";
import { describe, expect, it } from "vitest";
import type { SplitResult } from "../../../reproduce/split-result.js";
import { run } from "../../run.js";
import { dagmMiniature, visaMiniature } from "../../testing/miniatures.js";
import { ltad, temporaryFolder, testIo } from "../../testing/test-io.js";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(loadImageEncoder("efficientnet-b0", { cacheDir }));
const small = ["--preset", "fast", "--cache-dir", cacheDir, "--set", "features.inputSize=64", "--set", "features.stages=[2,3]"];

/** What `--json` prints, as far as the tests look at it. */
interface Printed {
  readonly layout: string;
  readonly complete: boolean;
  readonly missing: readonly string[];
  readonly estimate?: { readonly seconds: number; readonly hours: number; readonly memory_bytes: number; readonly disk_bytes: number };
  readonly splits: readonly { readonly split: string; readonly order: readonly string[]; readonly counts: Record<string, number> }[];
  readonly results: readonly SplitResult[];
}

describe.skipIf(!weights)("with the real encoder, on miniatures", { timeout: 600_000 }, () => {
  it("MVTec AD: plans, stops at Ctrl-C, goes on, and keeps incomplete data apart from the published numbers", async () => {
    const root = await temporaryFolder();
    const data = await tinyDataset(join(root, "data"), {
      bottle: { train: 9, good: 3, defect: 3 },
      cable: { train: 8, good: 3, defect: 3 },
      zipper: { train: 7, good: 3, defect: 3 },
    });
    const out = join(root, "out");
    const argv = ["reproduce", "mvtec", "--data", data, "--split", "exp100,step200", "--out", out, ...small];

    const planned = await ltad(...argv, "--dry-run", "--json");
    expect(planned.code, planned.stderr).toBe(0);
    const plan = JSON.parse(planned.stdout) as Printed;
    expect(plan).toMatchObject({ layout: "mvtec-ad", complete: false, results: [] });
    expect(plan.splits.map(({ split, counts }) => [split, Object.values(counts)])).toEqual([
      ["exp100", [9, 1, 1]],
      ["step200", [9, 8, 1]],
    ]);
    expect(plan.estimate!.seconds).toBeGreaterThan(1);
    expect(plan.estimate!.memory_bytes).toBeGreaterThan(1e8);
    expect(planned.stderr).toMatch(/12 of 15 classes are missing/);
    expect(planned.stderr).toMatch(/Estimated from a dry run on this machine: .* hours\), .* GB of memory, .* GB of disk/);
    expect(existsSync(out)).toBe(false);

    const stopped = testIo();
    const write = stopped.io.stderr.write.bind(stopped.io.stderr);
    stopped.io.stderr.write = (text) => {
      if (text.includes("step200") && text.includes("seed 0")) stopped.interrupt();
      return write(text);
    };
    expect(await run(argv, stopped.io)).toBe(130);
    expect(stopped.written.stderr).toMatch(/Run the same command to continue/);
    expect(stopped.written.stdout).toMatch(/MVTec AD, exp100/);
    const [first] = (JSON.parse(await readFile(join(out, "reproduce.json"), "utf8")) as Printed).results;
    const before = await stat(join(first!.runs[0]!.folder, "model.json"));

    const ended = await ltad(...argv);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toMatch(/seed 0 \(already finished\)/);
    expect((await stat(join(first!.runs[0]!.folder, "model.json"))).mtimeMs).toBe(before.mtimeMs);
    expect(ended.stdout).toMatch(/ours, fast \(incomplete data\) +\d+\.\d\d \/ \d+\.\d\d .*\nLTAD +88\.86 \/ 94\.46 +– \/ –/);
    expect(ended.stdout.match(/Do not compare/g)).toHaveLength(2);

    const again = await ltad(...argv, "--json", "--quiet");
    const { results, complete, estimate } = JSON.parse(again.stdout) as Printed;
    expect([complete, estimate]).toEqual([false, undefined]);
    expect(results.map(({ split, ours, runs }) => [split, ours.avg.image, runs[0]!.metrics.image_auroc])).toEqual(
      results.map(({ split, runs }) => [split, runs[0]!.metrics.image_auroc, runs[0]!.metrics.image_auroc]),
    );
    expect(results[0]!.published!.rows[0]).toMatchObject({ method: "LTAD", avg: { image: 0.8886, pixel: 0.9446 } });
  });

  const counts = { train: 4, good: 2, defect: 2 };
  it.each([
    ["visa", (root: string) => visaMiniature(root, { candle: counts, pcb1: counts }), { candle: 4, pcb1: 1 }],
    [
      "dagm",
      (root: string) => dagmMiniature(root, { Class1: counts, Class10: counts, Class2: counts }),
      { Class1: 4, Class2: 1, Class10: 1 },
    ],
  ] as const)("%s: in its own layout, with dashes where nothing is published", async (name, make, expected) => {
    const root = await temporaryFolder();
    const data = await make(join(root, "data"));
    const argv = ["reproduce", name, "--data", data, "--split", "exp100", "--out", join(root, "out"), "--json", ...small];
    const { code, stdout, stderr } = await ltad(...argv);
    expect(code, stderr).toBe(0);
    const found = JSON.parse(stdout) as Printed;
    expect(found).toMatchObject({ layout: name, complete: false });
    const [result] = found.results;
    expect(result!.order).toEqual(Object.keys(expected));
    expect(result!.counts).toEqual(expected);
    expect(result!.published!.rows).toEqual([expect.objectContaining({ method: "LTAD", avg: { image: null, pixel: null } })]);
    expect(result!.ours.avg.image).toBeGreaterThan(0.5);
  });
});

import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest } from "@ltad/detector";
import { loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "@ltad/evaluate";
import { run } from "../../run.js";
import { ltad, temporaryFolder, testIo } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(
  Promise.all([loadImageEncoder("efficientnet-b0", { cacheDir }), loadTextEncoder("use-lite", { cacheDir })]),
);
const small = ["features.inputSize=64", "features.stages=[2,3]", "augment.steps=3", "detect.steps=3", "detect.images=4"].flatMap((pair) => [
  "--set",
  pair,
]);

describe.skipIf(!weights)("with the real encoders", { timeout: 180_000 }, () => {
  it("trains, stops at Ctrl-C with a checkpoint, goes on, and the model can be measured and used", async () => {
    const root = await temporaryFolder();
    const data = await tinyDataset(join(root, "data"), { tile: { train: 6, good: 2, defect: 2 }, nut: { train: 5, good: 2, defect: 2 } });
    const [out, cache] = [join(root, "model"), ["--cache-dir", cacheDir]];
    const argv = ["train", data, "--protocol", "exp3", "--seed", "2", "--out", out, ...small, ...cache];

    const stopped = testIo({ isTTY: true, columns: 200 });
    const write = stopped.io.stderr.write.bind(stopped.io.stderr);
    stopped.io.stderr.write = (text) => {
      if (text.includes("phase2") && !stopped.written.stderr.includes("Stopping")) stopped.interrupt();
      return write(text);
    };
    expect(await run(argv, stopped.io)).toBe(130);
    expect(stopped.written.stdout).toBe("");
    expect(stopped.written.stderr).toMatch(/Continue with\n {2}ltad train .* --resume/);
    expect(existsSync(join(out, "checkpoint"))).toBe(true);
    expect(existsSync(join(out, "model.json"))).toBe(false);

    const resumed = await ltad(...argv, "--resume", "--json", "--quiet");
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ folder: out, warnings: [expect.stringContaining("nut")] });
    expect(existsSync(join(out, "checkpoint"))).toBe(false);
    const config = await readFile(join(out, "config.yaml"), "utf8");
    expect(config).toMatch(/^# ltad train .* --protocol exp3 --seed 2 .*--set features\.inputSize=64/);

    const measured = await ltad("eval", out, data, "--report", "--json", ...cache);
    expect(measured.code, measured.stderr).toBe(0);
    expect(JSON.parse(measured.stdout)).toMatchObject({
      protocol: "exp3",
      seed: 2,
      counts: { tile: 6, nut: 2 },
      calibration: { nut: { calibrationImages: 3 } },
    });
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toMatch(/Phase 2: 3 steps/);
    expect(page).toMatch(/nut was trained on 2 images:/);

    const again = await ltad(
      "train",
      data,
      "--config",
      join(out, "config.yaml"),
      "--seed",
      "2",
      "--protocol",
      "exp3",
      "--out",
      join(root, "again"),
      "--json",
      ...cache,
    );
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/Next:\n.*\n {2}ltad eval .*again .* --report\n/);
    expect(await readFile(join(root, "again/config.yaml"), "utf8")).toContain(config.slice(config.indexOf("\n")));
    const other = JSON.parse((await ltad("eval", join(root, "again"), data, "--json", ...cache)).stdout) as Evaluation;
    expect(other.classes).toEqual((JSON.parse(measured.stdout) as Evaluation).classes);

    const used = await ltad("predict", out, join(data, "nut/test/good/0.png"), "--json");
    expect(JSON.parse(used.stdout)).toMatchObject({ class_given: false, class: "nut" });
  });

  it("encodes large images in tiles with --tile, in training, evaluation and prediction, and says so in config.yaml", async () => {
    const root = await temporaryFolder();
    const [data, out, cache] = [join(root, "data"), join(root, "model"), ["--cache-dir", cacheDir]];
    const image = join(data, "cloth", "train", "good");
    const write = async (i: number, file: string) => {
      const pixels = Uint8Array.from({ length: 150 * 120 * 3 }, (_, at) => (at * 31 + i * 17 + (at >> 7)) % 251);
      await mkdir(dirname(file), { recursive: true });
      await sharp(pixels, { raw: { width: 150, height: 120, channels: 3 } }).toFile(file);
    };
    for (const i of [0, 1, 2]) await write(i, join(image, `${i}.png`));
    const trained = await ltad(
      "train",
      data,
      "--out",
      out,
      "--preset",
      "fast",
      "--tile",
      "64",
      "--set",
      "copies.upTo=0",
      "--json",
      ...cache,
    );
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toMatch(/Next:\n {2}ltad limits .*\n {2}ltad predict /); // there is nothing to evaluate it on
    const config = await readFile(join(out, "config.yaml"), "utf8");
    expect(config).toMatch(/^# ltad train .*--tile 64 --out/);
    expect(config).toMatch(/inputSize: 160\n {2}tile: 64\n {2}stages: \[2, 3, 5, 6\]\n {2}gridStride: 16\n[\s\S]*positionRank: 8\n/);
    const manifest = JSON.parse(await readFile(join(out, "model.json"), "utf8")) as Manifest;
    expect(manifest.features).toMatchObject({ inputSize: 160, grid: 10, tiles: { size: 64, starts: [0, 32, 64, 96] } });
    await write(3, join(data, "cloth", "test", "good", "0.png"));
    const measured = await ltad("eval", out, data, "--json", ...cache);
    expect(measured.code, measured.stderr).toBe(0);
    const used = await ltad("predict", out, join(data, "cloth/test/good/0.png"), "--json");
    expect(JSON.parse(used.stdout)).toMatchObject({ class: "cloth" });
  });

  it.each([
    ["40", /features\.tile: with tiles, expected a multiple of 32 pixels, 64 or more, such as 64 or 96, received 40\./],
    ["big", /option '--tile <pixels>' argument 'big' is invalid\. Expected a whole number/],
  ])("refuses --tile %s", async (tile, message) => {
    const root = await temporaryFolder();
    const data = await tinyDataset(join(root, "data"), { tile: { train: 2, good: 1, defect: 1 } });
    const words = ["train", data, "--out", join(root, "model"), "--preset", "fast", "--tile", tile, "--set", "features.inputSize=96"];
    const { code, stderr } = await ltad(...words, "--cache-dir", cacheDir);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

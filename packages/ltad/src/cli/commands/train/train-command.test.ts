import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
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
    const argv = ["train", data, "--protocol", "exp3", "--seed", "2", "--hold-out", "0.2", "--out", out, ...small, ...cache];

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
    expect(config).toMatch(/^# ltad train .* --protocol exp3 --seed 2 --hold-out 0\.2 .*--set features\.inputSize=64/);

    const measured = await ltad("eval", out, data, "--report", "--json", ...cache);
    expect(measured.code, measured.stderr).toBe(0);
    expect(JSON.parse(measured.stdout)).toMatchObject({
      protocol: "exp3",
      seed: 2,
      counts: { tile: 5, nut: 1 },
      calibration: { tile: { calibrationImages: 1 }, nut: { calibrationImages: 4 } },
    });
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toMatch(/Phase 2: 3 steps/);
    expect(page).toMatch(/nut was trained on 1 image:/);

    const again = await ltad(
      "train",
      data,
      "--config",
      join(out, "config.yaml"),
      "--seed",
      "2",
      "--protocol",
      "exp3",
      "--hold-out",
      "0.2",
      "--out",
      join(root, "again"),
      "--json",
      ...cache,
    );
    expect(again.code, again.stderr).toBe(0);
    expect(await readFile(join(root, "again/config.yaml"), "utf8")).toContain(config.slice(config.indexOf("\n")));
    const other = JSON.parse((await ltad("eval", join(root, "again"), data, "--json", ...cache)).stdout) as Evaluation;
    expect(other.classes).toEqual((JSON.parse(measured.stdout) as Evaluation).classes);

    const used = await ltad("predict", out, join(data, "nut/test/good/0.png"), "--json");
    expect(JSON.parse(used.stdout)).toMatchObject({ class_given: false, class: "nut" });
  });
});

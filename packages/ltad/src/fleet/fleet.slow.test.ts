import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expectClose } from "@ltad/core/testing";
import { scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { openDetector } from "@ltad/detector";
import { loadImageEncoder, loadTextEncoder } from "@ltad/encoder";
import { orOffline, testCacheDir } from "@ltad/encoder/testing";
import type { Evaluation } from "@ltad/evaluate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ltad, temporaryFolder } from "../cli/testing/test-io.js";
import type { MadePlan } from "./make-plan.js";

const cacheDir = testCacheDir(process.env);
const weights = await orOffline(
  Promise.all([loadImageEncoder("efficientnet-b0", { cacheDir }), loadTextEncoder("use-lite", { cacheDir })]),
);
const small = ["features.inputSize=64", "features.stages=[2,3]", "augment.steps=3", "detect.steps=8", "detect.images=4"];
const sets = small.flatMap((pair) => ["--set", pair]);
const cache = ["--cache-dir", cacheDir, "--quiet"];

/** The processes that this one has started. */
async function children(): Promise<number[]> {
  const text = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}

const resultsOf = (plan: string) => readdir(join(plan, "shards")).catch(() => []);

describe.skipIf(!weights || process.platform !== "linux")("a fleet with the real encoders", { timeout: 400_000 }, () => {
  const options = process.env["NODE_OPTIONS"];
  beforeAll(() => void (process.env["NODE_OPTIONS"] = "--conditions=@ltad/source --import=tsx")); // the workers run on the sources
  afterAll(() => void (process.env["NODE_OPTIONS"] = options ?? ""));

  it("trains the model that one machine trains, although a worker is killed, and evaluates and scores like one machine", async () => {
    const root = await temporaryFolder();
    const data = join(root, "data");
    await synthesise(data, { seed: 1, size: 64, classes: 3, train: 20, good: 4, defects: 4 });
    const training = ["--protocol", "exp20", "--seed", "2", ...sets];
    const store = ["--store", join(root, "store")];
    const planned = await ltad("plan", data, ...store, "--shard-images", "6", ...training, "--json", ...cache);
    expect(planned.code, planned.stderr).toBe(0);
    const { plan, shards } = JSON.parse(planned.stdout) as MadePlan;
    expect(shards).toBe(5);

    const before = new Set(await children());
    const running = ltad("fleet", "start", plan, "--local", "2", "--out", join(root, "merged"), "--json", "--quiet");
    while ((await resultsOf(plan)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const worker = (await children()).find((pid) => !before.has(pid));
    process.kill(worker!, "SIGKILL");
    const started = await running;
    expect(started.code, started.stderr).toBe(0);
    expect(JSON.parse(started.stdout)).toMatchObject({ images: 25, bad: [] });

    const fromFleet = await ltad("train", "--from", join(root, "merged"), "--out", join(root, "fleet"), ...cache);
    expect(fromFleet.code, fromFleet.stderr).toBe(0);
    const alone = await ltad("train", data, ...training, "--out", join(root, "alone"), ...cache);
    expect(alone.code, alone.stderr).toBe(0);
    const [a, b] = [await openDetector(join(root, "fleet")), await openDetector(join(root, "alone"))];
    for (const { name, test } of (await scanDataset(data)).classes)
      for (const { file } of test) {
        const [one, other] = [await a.predict(file, { class: name }), await b.predict(file, { class: name })];
        expectClose([one.score], [other.score], { rtol: 1e-4, atol: 0 }, file);
      }
    await Promise.all([a.dispose(), b.dispose()]);
    expect(await readFile(join(root, "fleet/train-images.txt"), "utf8")).toBe(await readFile(join(root, "alone/train-images.txt"), "utf8"));
    expect(await readFile(join(root, "fleet/config.yaml"), "utf8")).toMatch(/^# ltad train --from .*merged/);

    const evaluation = await ltad(
      "plan",
      data,
      ...store,
      "--task",
      "evaluate",
      "--model",
      join(root, "alone"),
      "--shard-images",
      "5",
      "--json",
      ...cache,
    );
    const evaluated = await ltad(
      "fleet",
      "start",
      (JSON.parse(evaluation.stdout) as MadePlan).plan,
      "--out",
      join(root, "numbers"),
      "--json",
      "--quiet",
    );
    expect(evaluated.code, evaluated.stderr).toBe(0);
    const { timing, ...numbers } = JSON.parse(evaluated.stdout) as Evaluation;
    const measured = await ltad("eval", join(root, "alone"), data, "--json", ...cache);
    expect(timing).toBeDefined();
    expect({ ...(JSON.parse(measured.stdout) as Evaluation), timing: undefined }).toEqual({ ...numbers, timing: undefined });
  });
});

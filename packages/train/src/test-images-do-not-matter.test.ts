import { createRng, sha256 } from "@ltad/core";
import { longTail, scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { tinyImageEncoder, tinyTextEncoder } from "@ltad/encoder/testing";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, expect, it } from "vitest";
import { resolveConfig } from "./config/resolve-config.js";
import { train } from "./train.js";

// Nothing of a model may come from test images, their labels or their masks: bundles are compared byte by byte.

const steps = ["augment.steps=3", "augment.batch=3", "augment.width=8", "augment.latent=4", "detect.steps=4", "detect.images=3"];
const presets = {
  recommended: [...steps, "detect.tokens=5"],
  fast: ["preset=fast"],
  paper: [...steps, "preset=paper", "mixing.samples=2", "reconstruct.width=16", "reconstruct.heads=2", "reconstruct.neighbourhood=1"],
};

it.each(["recommended", "fast", "paper"] as const)(
  "a model is the same to the last byte whatever the test images are, preset %s",
  { timeout: 300_000 },
  async (preset) => {
    const root = await mkdtemp(join(tmpdir(), "ltad-no-leak-"));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const data = join(root, "data");
    await synthesise(data, { seed: 2, size: 64, classes: 2, train: 5, good: 3, defects: 3 });
    await rm(join(data, "synthetic.json"));
    const trainedNow = async (name: string) => {
      const dataset = await scanDataset(data);
      const split = await longTail(dataset, { protocol: "exp2", seed: 1 });
      const encoders = { image: tinyImageEncoder(createRng(1)), text: tinyTextEncoder(createRng(2)) };
      const config = resolveConfig({ sets: ["features.inputSize=64", ...presets[preset]] });
      await train({ split, seed: 4, config, out: join(root, name), cacheDir: join(root, `${name}-cache`), encoders });
      return {
        files: await contentOf(join(root, name)),
        tested: dataset.classes.map(({ test }) => test.map(({ label, mask }) => [label, mask])),
      };
    };

    const first = await trainedNow("first");
    await permute(data);
    const permuted = await trainedNow("permuted");
    expect(permuted.tested).not.toEqual(first.tested);
    expect(permuted.files).toEqual(first.files);

    for (const name of await readdir(data)) {
      await rm(join(data, name, "ground_truth"), { recursive: true, force: true });
      await rm(join(data, name, "test"), { recursive: true, force: true });
    }
    const without = await trainedNow("without");
    expect(without.tested.flat()).toEqual([]);
    expect(without.files).toEqual(first.files);

    if (preset !== "fast") return; // the comparison sees what it should: one training image less is another model
    const [name] = await readdir(data);
    const good = join(data, name!, "train", "good");
    await rm(join(good, (await readdir(good))[0]!));
    expect((await trainedNow("less")).files).not.toEqual(first.files);
  },
);

/** Good images become defective and defective ones good, classes change their test images, and masks disappear. */
async function permute(data: string): Promise<void> {
  const [one, two] = (await readdir(data)).map((name) => join(data, name)) as [string, string];
  await rename(join(one, "test"), join(data, "kept"));
  await rename(join(two, "test"), join(one, "test"));
  await rename(join(data, "kept"), join(two, "test"));
  await rm(join(two, "ground_truth"), { recursive: true, force: true });
  const defect = (await readdir(join(two, "test"))).find((name) => name !== "good")!;
  await rename(join(two, "test", "good"), join(two, "test", "aside"));
  await rename(join(two, "test", defect), join(two, "test", "good"));
  await rename(join(two, "test", "aside"), join(two, "test", "strange"));
  await rm(join(one, "ground_truth"), { recursive: true, force: true });
}

/** Every file of a bundle by its content, without the times of the training. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const contents = names.map(async (name) => {
    const text = await readFile(join(folder, name), "latin1");
    const timeless = text.replace(/"created": "[^"]*"/, "").replace(/"timing":\{[^}]*\}/, "");
    return [name, sha256(Buffer.from(timeless, "latin1"))] as const;
  });
  return Object.fromEntries(await Promise.all(contents));
}

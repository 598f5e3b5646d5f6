import { createRng, flatten, isNdArray, type NdArray } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { configs, randomImages, randomPrototypes, randomStatistics, setOf, spec } from "../testing/tiny-set.js";
import { detectPhase } from "./detect-phase.js";
import { headConfig } from "../head/head-config.js";

describe.each(["recommended", "paper"] as const)("phase 2, preset %s", (preset) => {
  const config = configs[preset];
  const head = headConfig(config, spec, 8);
  const statistics = randomStatistics(createRng("statistics"), config.whitening.by);
  const prototypes = randomPrototypes(createRng("prototypes"));
  const set = setOf(randomImages(createRng("images")));
  const open = (seed: number) => detectPhase({ set, spec, config, seed, statistics }, { prototypes, head });

  it("moves all of Pi and Phi and nothing else: names, prototypes and statistics are no parameters of it", async () => {
    const phase = await open(1);
    try {
      const before = texts(phase.program.params());
      const frozen = texts({ tables: { ...statistics }, prototypes });
      for (const step of [0, 1]) await phase.program.step(await phase.batch(step, createRng(step)), { learningRate: 0.01 });
      const after = texts(phase.program.params());
      expect(Object.keys(after).filter((name) => after[name] === before[name])).toEqual([]);
      expect(texts({ tables: { ...statistics }, prototypes })).toEqual(frozen);
      const kinds = Object.keys(phase.program.state()).map((name) => name.split(".").slice(0, 2).join("."));
      expect([...new Set(kinds)].sort()).toEqual(["m.phi", "m.pi", "params.phi", "params.pi", "step", "v.phi", "v.pi"]);
    } finally {
      await phase.program.dispose();
    }
  });

  it("the loss falls on one batch", async () => {
    const phase = await open(1);
    try {
      const batch = await phase.batch(0, createRng("one"));
      const losses: number[] = [];
      for (let step = 0; step < 40; step++) losses.push((await phase.program.step(batch, { learningRate: 5e-3 })).loss);
      expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
    } finally {
      await phase.program.dispose();
    }
  });

  it("the same seed starts from the same weights, another one from others", async () => {
    const phases = [await open(1), await open(1), await open(2)];
    const [first, same, other] = phases.map(({ program }) => texts(program.params()));
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    await Promise.all(phases.map(({ program }) => program.dispose()));
  });
});

/** The numbers of each array as text. */
function texts(tree: Parameters<typeof flatten<NdArray>>[0]): Record<string, string> {
  return Object.fromEntries(Object.entries(flatten<NdArray>(tree, isNdArray)).map(([name, { data }]) => [name, data.join(" ")]));
}

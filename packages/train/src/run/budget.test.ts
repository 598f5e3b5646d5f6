import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NdArrays } from "@ltad/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { budgetSteps } from "./budget.js";
import type { AnyPhase } from "./phase.js";

/** Phases of 200 steps of two seconds by a clock that only they move; the first step takes longer. */
async function training(seconds: number, phases = ["phase1", "phase2"]) {
  const folder = await mkdtemp(join(tmpdir(), "ltad-budget-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clock = { now: 20 };
  const notes: string[] = [];
  const restored: NdArrays[] = [];
  const phase = (name: "phase1" | "phase2"): AnyPhase => ({
    name,
    steps: 200,
    batch: async () => ({}),
    learningRate: () => 1,
    program: {
      state: () => ({}),
      restore: (state) => void restored.push(state),
      step: async () => ((clock.now += clock.now === 20 ? 9 : 2), { loss: 0, gradient_norm: 0 }),
    },
  });
  const options = { seconds, folder, elapsed: () => clock.now, reserve: 25, phases, onNote: (note: string) => notes.push(note) };
  return { phase, clock, notes, restored, stepsOf: () => budgetSteps(options) };
}

describe("budgetSteps", () => {
  it("gives each phase its share of the time that is left, and takes the trial steps back", async () => {
    const { phase, clock, notes, restored, stepsOf } = await training(300);
    expect(await stepsOf()(phase("phase1"), 1)).toBe(59); // (300 - 25 - 39) / 2 / 2, for 9 s and 5 steps of trial
    clock.now = 155;
    expect(await stepsOf()(phase("phase2"), 1)).toBe(54); // (300 - 25 - 167) / 2
    expect(restored).toEqual([{}, {}]);
    expect(notes).toEqual([
      "phase1: 59 of 200 steps in the budget of 5 min 00 s, at 2.0 s each.",
      "phase2: 54 of 200 steps in the budget of 5 min 00 s, at 2.0 s each.",
    ]);
  });

  it("makes no more steps than the config has, and says so when not even ten fit", async () => {
    expect(await (await training(10_000)).stepsOf()((await training(1)).phase("phase1"), 1)).toBe(200);
    const { phase, notes, stepsOf } = await training(30, ["phase2"]);
    expect(await stepsOf()(phase("phase2"), 1)).toBe(10);
    expect(notes).toEqual(["phase2: 10 of 200 steps, which no longer fit into 30 s, at 2.0 s each."]);
  });

  it("decides once: a training that is resumed makes the steps that were decided", async () => {
    const { phase, clock, restored, stepsOf } = await training(300);
    await stepsOf()(phase("phase1"), 1);
    clock.now = 290;
    expect(await stepsOf()(phase("phase1"), 1)).toBe(59);
    expect(restored).toHaveLength(1);
  });
});

import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/test-io.js";
import { examineEvaluation } from "./examine-evaluation.js";

const decision = (name: string, p: number | null, isShifted: boolean) => ({ class: name, shift_p_value: p, is_shifted: isShifted });

async function evaluated(...decisions: unknown[]): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "model.json"), "{}");
  await writeFile(join(folder, "metrics.json"), JSON.stringify({ decisions }));
  return folder;
}

describe("examineEvaluation", () => {
  it("names the classes whose good test images differ from those of their limits", async () => {
    const folder = await evaluated(decision("tile", 0.00001, true), decision("nut", 0.4, false), decision("screw", null, false));
    expect(await examineEvaluation(folder)).toEqual([
      {
        name: "test images",
        state: "note",
        value: "good test images differ from the good images that the limits come from: tile (p < 0.001)",
        remedy: expect.stringContaining("ltad limits MODEL --from FOLDER"),
      },
    ]);
  });

  it("says where there were more false alarms than stated, class by class and over all", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "model.json"), "{}");
    const exceeded = { ...decision("tile", 0.4, false), good: 12, false_alarms: 3, false_alarm_rate: 0.01, is_exceeded: true };
    const check = { stated: 0.01, good: 60, false_alarms: 9, p_value: 1e-8, is_exceeded: true };
    await writeFile(join(folder, "metrics.json"), JSON.stringify({ decisions: [exceeded], false_alarm_check: check }));
    expect((await examineEvaluation(folder))[1]).toMatchObject({
      state: "note",
      value: "more than stated: tile (stated 1 %, observed 3 of 12), all classes (stated 1 %, observed 9 of 60)",
    });
    const fine = { ...exceeded, is_exceeded: false };
    await writeFile(
      join(folder, "metrics.json"),
      JSON.stringify({ decisions: [fine], false_alarm_check: { ...check, false_alarms: 1, is_exceeded: false } }),
    );
    expect((await examineEvaluation(folder))[1]).toMatchObject({ state: "ok", value: expect.stringContaining("observed 1 of 60") });
  });

  it("says so when they do not", async () => {
    expect(await examineEvaluation(await evaluated(decision("tile", 0.3, false)))).toMatchObject([{ state: "ok" }]);
  });

  it("does not speak of limits that were changed since", async () => {
    const folder = await evaluated(decision("tile", 0.00001, true));
    await utimes(join(folder, "metrics.json"), 1, 1);
    expect(await examineEvaluation(folder)).toMatchObject([
      { state: "note", value: expect.stringContaining("changed after the last evaluation") },
    ]);
  });

  it("has nothing to say without an evaluation that compared, or with a file that is none", async () => {
    expect(await examineEvaluation(await temporaryFolder())).toEqual([]);
    expect(await examineEvaluation(await evaluated(decision("tile", null, false)))).toEqual([]);
    expect(await examineEvaluation(await evaluated(null, 3))).toEqual([]);
  });
});

import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";
import { tinyDataset } from "@ltad/evaluate/testing";
import type { Evaluation } from "@ltad/evaluate";

const classes = { tile: { train: 2, good: 3, defect: 2 }, nut: { train: 1, good: 2, defect: 2 }, screw: { train: 1, good: 1, defect: 1 } };
let [root, data] = ["", ""];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "ltad-eval-"));
  data = await tinyDataset(join(root, "data"), classes);
});

async function model(...names: string[]): Promise<string> {
  return brightnessBundle(join(await temporaryFolder(), "model"), names);
}

const cache = () => ["--cache-dir", join(root, "cache")];

describe("limits", () => {
  const judged = async (good: readonly (readonly number[])[], extra: { readonly recalibrated?: true } = {}) => {
    const decision = { falseAlarmRate: 0.01, classes: good.map((scores) => ({ good: scores, limit: null, ...extra })) };
    return brightnessBundle(join(await temporaryFolder(), "model"), ["tile", "nut"], { decision });
  };
  // Good images of tile score 0.253 to 0.262 and those of nut 0.33 to 0.342, defects 0.5 and more.
  const usual = Array.from({ length: 120 }, (_, i) => 0.252 + i / 10_000);

  it("are what the terminal shows first: false alarms and missed defects of each class", async () => {
    const { code, stdout, stderr } = await ltad("eval", await judged([usual, [0.2]]), data, ...cache());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^class +limit +good images above +false alarms +missed defects +AUROC +pixel AUROC$/m);
    expect(stdout).toMatch(/^tile +0\.26\d+ +at most 1 % +0 of 3 \(0\.0 %\) +0 of 2 \(0\.0 %\) +100\.0 +\S+$/m);
    expect(stdout).toMatch(/^nut +0\.26\d+ +more than 1 % +2 of 2 \(100\.0 %\) +0 of 2 \(0\.0 %\) +100\.0 +\S+$/m);
    expect(stdout).toMatch(/^All +2 of 5 \(40\.0 %\) +0 of 4 \(0\.0 %\)/m);
    expect(stdout).not.toContain("FPR@95TPR");
    expect(stderr).toContain("--all prints every metric");
    expect(stderr).not.toContain("your good test images differ");
    const rate =
      /nut: the false-alarm rate does not hold: stated 1 %, observed 2 of 2 good test images \(p < 0\.001\); recalibrate with `ltad limits --from`/;
    expect(stderr).toMatch(rate);
    expect(stderr).toMatch(/All classes: the false-alarm rate does not hold: stated 1 %, observed 2 of 5 good test images \(p < 0\.001\)/);
    expect(stderr).not.toMatch(/tile: the false-alarm/);
  });

  it("are in the numbers for programs, and a limit that is too high misses defects", async () => {
    const { stdout } = await ltad("eval", await judged([[...usual, ...usual.map((x) => x + 1)], [2]]), data, "--json", ...cache());
    expect((JSON.parse(stdout) as Evaluation).decisions).toMatchObject([
      { class: "tile", basis: "promised", good: 3, false_alarms: 0, defective: 2, missed_defects: 2, is_shifted: false },
      { class: "nut", basis: "estimated", good: 2, false_alarms: 0, defective: 2, missed_defects: 2 },
    ]);
  });

  it("promise nothing where the good test images differ, and that is said in the terminal and the report", async () => {
    const many = await tinyDataset(await temporaryFolder(), {
      tile: { train: 1, good: 8, defect: 1 },
      nut: { train: 1, good: 8, defect: 1 },
    });
    const dark = usual.map((x) => x - 0.1);
    const folder = await judged([dark, usual.map((x) => x + 0.0795)]);
    const { code, stdout, stderr } = await ltad("eval", folder, many, "--report", ...cache());
    expect(code).toBe(0);
    const said = /tile: your good test images differ from your good training images: p < 0\.001; recalibrate with `ltad limits --from`/;
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/nut: your good test/);
    expect(stdout).toMatch(/^tile +\S+ +not known +8 of 8/m);
    expect(stdout).toMatch(/^nut +\S+ +at most 1 %/m);
    const page = await readFile(join(folder, "report.html"), "utf8");
    expect(page.replaceAll("&#96;", "`").replaceAll("&lt;", "<")).toMatch(said);
    expect(page).toContain("Decisions at the limits");
    expect(page.match(/<figcaption>tile\/test\/good/g)?.length).toBe(10); // eight false alarms, and two in the class's own row
    const again = await ltad("eval", await judged([dark, usual], { recalibrated: true }), many, ...cache());
    expect(again.stderr).toMatch(/tile: your good test images differ from the good images that its limit comes from: p < 0\.001/);
  });

  it("whose rate did not hold are not stated as promised by `ltad limits`, until they change", async () => {
    const folder = await judged([usual, [0.2]]);
    await ltad("eval", folder, data, ...cache());
    const { stdout, stderr } = await ltad("limits", folder);
    expect(stdout).toMatch(/^nut +1 +\S+ +not promised: 1 % did not hold when `ltad eval` last tested it$/m);
    expect(stdout).toMatch(/^tile .* promised: at most 1 %/m);
    expect(stderr).toContain("recompute their limits from new good images with --from FOLDER");
    const changed = await ltad("limits", folder, "--class", "nut", "--set", "0.4");
    expect(changed.stdout + changed.stderr).not.toMatch(/did not hold/);
  });

  it("that a model does not have are not shown", async () => {
    const { stdout, stderr } = await ltad("eval", await model("tile", "nut"), data, ...cache());
    expect(stdout).toMatch(/^class +AUROC +pixel AUROC$/m);
    expect(stderr).toMatch(/has no limits.*ltad limits MODEL --from FOLDER/);
  });
});

import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyDataset } from "@ltad/evaluate/testing";
import picocolors from "picocolors";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, ltadWith, temporaryFolder } from "../../testing/test-io.js";
import type { PredictionLine } from "./predict-command.js";
import { verdictCsv, verdictJunit } from "./verdict-files.js";
import { verdictLine } from "./verdict-line.js";

// Grey images score about 0.26, those with a white square 0.5 and more.

const good = Array.from({ length: 250 }, (_, i) => 0.2 + i / 2500); // 0.2 to 0.3
const decision = {
  falseAlarmRate: 0.01,
  classes: [
    { good, limit: null, distances: [1, 1.5] },
    { good: [0.25], limit: null, distances: [1] },
  ],
};
const plain = picocolors.createColors(false);
let [model, old, data] = ["", "", ""];
beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "ltad-verdict-"));
  model = await brightnessBundle(join(root, "model"), ["tile", "nut"], { decision });
  old = await brightnessBundle(join(root, "old"), ["tile", "nut"]);
  data = await tinyDataset(join(root, "data"), { tile: { train: 1, good: 2, defect: 1 } });
});

const line = (change: Partial<PredictionLine> = {}): PredictionLine => ({
  file: "a.png",
  verdict: "NOT OK",
  score: 143.46,
  limit: 17.4,
  p_value: 1 / 251,
  basis: "promised",
  class: "brick",
  class_given: false,
  unlike_class: false,
  nearest_class: null,
  distance: 1.5,
  map: null,
  map_low: null,
  map_high: null,
  overlay: null,
  ...change,
});

describe("a line", () => {
  it.each([
    [{}, "NOT OK   143.5  limit 17.4  p < 0.004  brick (predicted)  a.png"],
    [{ p_value: 1 / 201, score: 18 }, "NOT OK   18.00  limit 17.4  p < 0.005  brick (predicted)  a.png"],
    [{ file: "\u001b[2J\n.png" }, "NOT OK   143.5  limit 17.4  p < 0.004  brick (predicted)  \\u001b[2J\\u000a.png"],
    [{ score: 18_871.6 }, "NOT OK   18872  limit 17.4  p < 0.004  brick (predicted)  a.png"],
    [{ p_value: 0.01 }, "NOT OK   143.5  limit 17.4  p < 0.02   brick (predicted)  a.png"],
    [{ verdict: "OK", score: 0.9, p_value: 0.4123, class_given: true }, "OK      0.9000  limit 17.4  p = 0.41   brick  a.png"],
    [{ unlike_class: true }, "NOT OK   143.5  limit 17.4  p < 0.004  brick (predicted)  unlike every class of this model  a.png"],
    [{ unlike_class: true, class_given: true }, "NOT OK   143.5  limit 17.4  p < 0.004  brick  unlike the given class brick  a.png"],
    [
      { nearest_class: "tile", class_given: true },
      "NOT OK   143.5  limit 17.4  p < 0.004  brick  nearer to tile than to the given class brick  a.png",
    ],
    [{ verdict: null, limit: null, p_value: null }, "    143.5  brick (predicted)  a.png"],
  ] as const)("%j", (change, expected) => {
    expect(verdictLine(line(change), plain)).toBe(expected);
  });

  it("never says of p what is not above it", () => {
    for (let n = 1; n < 3000; n += 7) {
      const [, shown = ""] = /p < (\S+)/.exec(verdictLine(line({ p_value: 1 / (n + 1) }), plain)) ?? [];
      expect(Number(shown)).toBeGreaterThan(1 / (n + 1));
      expect(Number(shown)).toBeLessThanOrEqual(2.0001 / (n + 1));
    }
  });
});

it("says of each image whether it is OK, and counts them at the end", async () => {
  const { code, stdout, stderr } = await ltad("predict", model, join(data, "tile/test"), "--quiet");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines.filter((one) => /^OK {6}0\.2\d+ {2}limit 0\.29\d+ {2}p = 0\.\d+ +tile \(predicted\) .*good/.test(one))).toHaveLength(2);
  expect(lines.filter((one) => /^NOT OK {2}0\.\d+ {2}limit 0\.29\d+ {2}p < 0\.004 +tile \(predicted\) .*spot/.test(one))).toHaveLength(1);
  expect(lines.at(-1)).toBe("1 NOT OK, 2 OK");
});

it("colours verdicts where a person looks, and only there", async () => {
  const coloured = await ltadWith({ FORCE_COLOR: "1", NO_COLOR: "" }, "predict", model, join(data, "tile/test"));
  expect(coloured.stdout).toContain("\u001B[31mNOT OK\u001B[39m");
  expect(coloured.stdout).toContain("\u001B[32mOK");
  expect((await ltad("predict", model, join(data, "tile/test"))).stdout).not.toContain("\u001B");
});

it("gives programs the verdict and what it rests on", async () => {
  const image = join(data, "tile/test/spot/0.png");
  const { stdout } = await ltad("predict", model, image, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: "NOT OK",
    limit: good[248],
    p_value: 1 / 251,
    basis: "promised",
    unlike_class: false,
  });
  const { stdout: nut, stderr } = await ltad("predict", model, image, "--json", "--class", "nut");
  expect(JSON.parse(nut)).toMatchObject({
    verdict: "NOT OK",
    p_value: 1 / 251, // of the scores of all classes but nut, whose only image knows itself
    basis: "estimated",
    class_given: true,
    nearest_class: "tile",
  });
  expect(stderr).toMatch(/Limits are estimated, not promised: nut/);
});

it("takes another rate", async () => {
  const { stdout } = await ltad("predict", model, join(data, "tile/test"), "--json", "--false-alarm-rate", "0.9");
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((one) => JSON.parse(one) as PredictionLine);
  expect(lines.map(({ verdict }) => verdict)).toEqual(["NOT OK", "NOT OK", "NOT OK"]);
  const refused = await ltad("predict", model, data, "--false-alarm-rate", "1");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/Expected a share above 0 and below 1/)]);
});

it("exits with 4 for a defect when it is told to, and with 3 when an image could not be read", async () => {
  const [defect, ok] = [join(data, "tile/test/spot/0.png"), join(data, "tile/test/good/0.png")];
  expect((await ltad("predict", model, defect)).code).toBe(0);
  expect((await ltad("predict", model, defect, ok, "--fail-on-defect")).code).toBe(4);
  expect((await ltad("predict", model, ok, "--fail-on-defect")).code).toBe(0);
  expect((await ltad("predict", model, defect, "none.png", "--fail-on-defect")).code).toBe(3);
});

it("an image of another kind is not OK, whatever its score", async () => {
  const file = join(await temporaryFolder(), "red.png");
  await sharp({ create: { width: 40, height: 32, channels: 3, background: { r: 90, g: 20, b: 20 } } })
    .png()
    .toFile(file);
  const predicted = await ltad("predict", model, file);
  expect(predicted.stdout).toMatch(/^NOT OK .*unlike every class of this model/);
  expect(Number(/NOT OK +(\S+)/.exec(predicted.stdout)?.[1])).toBeLessThan(0.2); // its score alone is that of a good image
  expect((await ltad("predict", model, file, "--class", "nut")).stdout).toMatch(/^NOT OK .*unlike the given class nut, nearer to tile/);
});

describe("a model without limits", () => {
  it("scores as it did, and says how to get them", async () => {
    const { code, stdout, stderr } = await ltad("predict", old, join(data, "tile/test/good/0.png"));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^ +0\.\d+ +tile \(predicted\) .*0\.png\n$/) });
    expect(stderr).toContain(`\`ltad limits ${old} --from FOLDER\` computes them`);
  });

  it.each([["--fail-on-defect"], ["--false-alarm-rate", "0.1"], ["--junit", join(tmpdir(), "never.xml")]])(
    "refuses %s",
    async (...option) => {
      const { code, stdout, stderr } = await ltad("predict", old, join(data, "tile/test"), ...option);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/has no limits\. Compute them/);
    },
  );
});

describe("files for other programs", () => {
  const hostile = `a "b", <c>&\n\u0001\ud800.png`;
  const outcomes = [
    line({ file: hostile }),
    line({ verdict: "OK", p_value: 0.5, file: "ok.png" }),
    { file: "bad.png", error: "no image, at all" },
  ];

  it("CSV has a row an image, quoted where it must be", () => {
    const [head, ...rest] = verdictCsv(outcomes).split("\n");
    expect(head).toBe("file,verdict,score,limit,p_value,basis,class,class_given,unlike_class,nearest_class,distance,error");
    expect(rest.join("\n").startsWith(`"a ""b"", <c>&\n`)).toBe(true);
    expect(rest).toContain("ok.png,OK,143.46,17.4,0.5,promised,brick,false,false,,1.5,");
    expect(rest).toContain('bad.png,ERROR,,,,,,,,,,"no image, at all"');
  });

  it("JUnit has a failure for each image that is not OK, an error for each that was not read, and no markup of file names", () => {
    const text = verdictJunit(outcomes);
    expect(text).toContain('<testsuites tests="3" failures="1" errors="1">');
    expect(text).toContain(
      'name="a &quot;b&quot;, &lt;c&gt;&amp;&#10;\ufffd\ufffd.png"><failure message="score 143.5 is above the limit 17.4 (p &lt; 0.004)"/>',
    );
    expect(text).toContain('<testcase classname="brick" name="ok.png"></testcase>');
    expect(text).toContain('name="bad.png"><error message="no image, at all"/>');
  });

  it("are written, but not over a file, and a fault shows before the work", async () => {
    const folder = await temporaryFolder();
    const [csv, junit] = [join(folder, "v.csv"), join(folder, "v.xml")];
    const write = () => ltad("predict", model, join(data, "tile/test"), "none.png", "--csv", csv, "--junit", junit);
    expect((await write()).code).toBe(3);
    expect((await readFile(csv, "utf8")).trimEnd().split("\n")).toHaveLength(5);
    expect(await readFile(junit, "utf8")).toContain('tests="4" failures="1" errors="1"');
    await writeFile(csv, "mine");
    expect(await write()).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/v\.csv: this file would be overwritten.*--force/),
    });
    expect(await readFile(csv, "utf8")).toBe("mine");
    const lost = await ltad("predict", model, join(data, "tile/test"), "--csv", join(folder, "none", "v.csv"));
    expect(lost).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/there is no folder/) });
    expect((await ltad("predict", model, join(data, "tile/test"), "--csv", csv, "--force")).code).toBe(0);
  });
});

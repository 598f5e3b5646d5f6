import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "./exit-codes.js";
import { tinyDataset } from "@ltad/evaluate/testing";
import { ltad, temporaryFolder } from "./testing/test-io.js";

const commands = [["demo"], ["train"], ["eval"], ["predict"], ["data", "stats"], ["data", "split"]];

describe("help", () => {
  it.each(commands)("of ltad %s %s shows examples on stdout", async (...words) => {
    const { code, stdout, stderr } = await ltad(...words.filter(Boolean), "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/Usage: ltad/);
    expect(stdout).toMatch(/Examples:\n {2}\$ ltad /);
  });

  it("names every command", async () => {
    const { code, stdout } = await ltad("--help");
    expect(code).toBe(0);
    for (const name of ["demo", "train", "eval", "predict", "data"]) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  it("is what no command at all gets, as wrong use", async () => {
    const { code, stdout, stderr } = await ltad();
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/Usage: ltad/);
  });

  it("prints the version", async () => {
    expect(await ltad("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("wrong use ends with 2 and an empty stdout", () => {
  it.each([
    ["an unknown command", ["trian"], /unknown command 'trian'[\s\S]*Did you mean train\?/],
    ["an unknown option", ["train", "x", "--out", "y", "--protocl", "full"], /unknown option '--protocl'[\s\S]*Did you mean --protocol\?/],
    ["a missing option", ["train", "x"], /--out/],
    ["a missing argument", ["eval", "x"], /missing required argument 'data'/],
    ["too many arguments", ["eval", "x", "y", "z"], /too many arguments/],
    ["a seed that is no number", ["train", "x", "--out", "y", "--seed", "-1"], /--seed[\s\S]*whole number/],
    ["an unknown preset", ["train", "x", "--out", "y", "--preset", "best"], /Allowed choices are recommended, fast, paper/],
    ["an unknown way to get classes", ["eval", "x", "y", "--class", "guess"], /Allowed choices are folder, predicted/],
    ["data without a command", ["data"], /Usage: ltad data/],
  ])("%s", async (_, argv, message) => {
    const { code, stdout, stderr } = await ltad(...argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe("faults of a data set", () => {
  const small = { tile: { train: 3, good: 1, defect: 1 }, nut: { train: 1, good: 1, defect: 1 } };

  async function expectFault(code: number, message: RegExp, ...argv: string[]) {
    const ran = await ltad(...argv);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/\n {4}at /);
  }

  it("a folder that is not there", async () => {
    const folder = await temporaryFolder();
    await expectFault(3, /LTAD_DATA .*there is no such folder/, "data", "stats", join(folder, "nothing"));
  });

  it("an empty folder", async () => {
    const folder = await temporaryFolder();
    await expectFault(3, /LTAD_DATA .*no class found; it is empty/, "data", "stats", folder);
    await expectFault(3, /no class found/, "train", folder, "--out", join(folder, "model"));
    await expectFault(3, /no class found/, "data", "split", folder, "--out", join(folder, "list.txt"));
  });

  it("a class with no training image", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    await rm(join(folder, "nut/train/good/0.png"));
    await expectFault(3, /nut: no training image/, "data", "stats", folder);
  });

  it("a truncated image, before training starts and leaving nothing", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    await writeFile(join(folder, "tile/train/good/1.png"), "\u0089PNG");
    const out = join(await temporaryFolder(), "model");
    await expectFault(3, /LTAD_IMAGE .*tile\/train\/good\/1\.png/, "train", folder, "--out", out, "--quiet");
    await expect(rm(out)).rejects.toThrow(/ENOENT/);
  });

  it("every image that cannot be used in one run, of training, test and masks", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    for (const file of ["tile/train/good/1.png", "nut/test/spot/0.png"]) await writeFile(join(folder, file), "no image");
    const whole = await readFile(join(folder, "tile/train/good/0.png"));
    await writeFile(join(folder, "tile/train/good/0.png"), whole.subarray(0, -40));
    const out = join(await temporaryFolder(), "model");
    const cache = ["--cache-dir", await temporaryFolder()];
    await expectFault(
      3,
      /LTAD_IMAGE 3 files cannot be used:\n.*nut\/test\/spot\/0\.png.*\n.*good\/1\.png: this is a text.*\n.*good\/0\.png: this PNG is damaged/,
      "train",
      folder,
      "--out",
      out,
      "--quiet",
      ...cache,
    );
    await writeFile(join(folder, "nut/train/good/0.png"), "no image");
    await expectFault(3, /no training image of nut can be used/, "train", folder, "--out", out, "--quiet", "--skip-bad", ...cache);
  });

  it("an output that is a file, before any image is read", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    await writeFile(join(folder, "tile/train/good/1.png"), "no image");
    await expectFault(
      3,
      /LTAD_WRITE .*good\/1\.png: this is a file, not a folder/,
      "train",
      folder,
      "--out",
      join(folder, "tile/train/good/1.png"),
    );
  });

  it("a mask of another size", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    const { default: sharp } = await import("sharp");
    await sharp({ create: { width: 8, height: 9, channels: 3, background: "#fff" } })
      .png()
      .toFile(join(folder, "nut/ground_truth/spot/0_mask.png"));
    const ran = await ltad("data", "stats", folder, "--quiet");
    expect([ran.code, ran.stdout]).toEqual([3, expect.stringContaining("40x32")]); // what can be counted is shown
    expect(ran.stderr).toMatch(/its mask cannot be used: .*8x9 .*40x32/);
  });

  it("two files of one name", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    await writeFile(join(folder, "nut/train/good/0.jpg"), "x");
    await expectFault(3, /0\.jpg and 0\.png have the same name/, "data", "stats", folder);
  });

  it("an unknown protocol, an unknown class in --order", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    const out = join(folder, "list.txt");
    await expectFault(
      2,
      /LTAD_CONFIG protocol exq20: .*Expected full, exp20/,
      "data",
      "split",
      folder,
      "--protocol",
      "exq20",
      "--out",
      out,
    );
    await expectFault(2, /LTAD_CONFIG order: there is no class bolt/, "data", "split", folder, "--order", "tile,bolt", "--out", out);
    await expectFault(2, /protocol nope/, "train", folder, "--protocol", "nope", "--out", out, "--quiet");
  });

  it("a place that cannot be written", async () => {
    const folder = await tinyDataset(await temporaryFolder(), small);
    await expectFault(3, /LTAD_WRITE/, "data", "split", folder, "--out", join(folder, "tile/test/good/0.png/list.txt"));
  });
});

describe("faults of a config", () => {
  it.each([
    ["a file that is not there", "missing.yaml", null, /missing\.yaml: there is no such file/],
    ["no YAML", "bad.yaml", "detect: [1, 2", /bad\.yaml: .*line 1/],
    ["an unknown key", "typo.yaml", "detect: { stepps: 3 }", /stepps/],
    ["a list at the top", "list.yaml", "- 1", /expected an object/],
    ["too many aliases", "bomb.yaml", `a: &a [x,x]\nb: &b [${"*a,".repeat(99)}]\nc: [${"*b,".repeat(99)}]`, /alias/i],
  ])("%s", async (_, name, content, message) => {
    const folder = await temporaryFolder();
    if (content !== null) await writeFile(join(folder, name), content);
    const { code, stdout, stderr } = await ltad("train", folder, "--out", join(folder, "model"), "--config", join(folder, name));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("a value of --set without a key or of the wrong kind", async () => {
    const folder = await temporaryFolder();
    for (const [pair, message] of [
      ["=3", /--set: expected key=value/],
      ["detect.steps=many", /detect\.steps/],
    ] as const) {
      const { code, stderr } = await ltad("train", folder, "--out", folder, "--set", pair);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    }
  });
});

describe("faults of a bundle", () => {
  it("a folder that is none", async () => {
    const folder = await temporaryFolder();
    for (const argv of [
      ["predict", folder, "x.png"],
      ["predict", join(folder, "none"), "x.png"],
    ]) {
      const { code, stdout, stderr } = await ltad(...argv);
      expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
      expect(stderr).toMatch(/LTAD_BUNDLE/);
    }
  });

  it("a newer version", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "model.json"), JSON.stringify({ format: "ltad-bundle", version: 99 }));
    const { code, stderr } = await ltad("predict", folder, "x.png");
    expect(code).toBe(3);
    expect(stderr).toMatch(/LTAD_BUNDLE .*99/);
  });
});

it("the demo keeps out of a folder it did not make", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "data/thesis"), { recursive: true });
  const { code, stdout, stderr } = await ltad("demo", "--out", folder);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/LTAD_DATA .*this folder contains something else/);
});

it("a folder without an image is bad data", async () => {
  const folder = await temporaryFolder();
  const { code, stderr } = await ltad("predict", folder, folder);
  expect(code).toBe(3);
  expect(stderr).toMatch(/LTAD_DATA .*no images in this folder/);
});

it("every code of an error has an exit code of the four, or 130", () => {
  expect(new Set(Object.values(exitCodeOf))).toEqual(new Set([1, 2, 3, 130]));
  expect(exitCodeOf).toMatchObject({ LTAD_CONFIG: 2, LTAD_DATA: 3, LTAD_BUNDLE: 3, LTAD_WRITE: 3, LTAD_FETCH: 1, LTAD_ABORTED: 130 });
});

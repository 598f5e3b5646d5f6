import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { presets } from "@ltad/train/config";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

describe("ltad config", () => {
  it("prints the settings of a preset as YAML that train takes back, or as JSON", async () => {
    const shown = await ltad("config", "--preset", "paper");
    expect(parse(shown.stdout)).toEqual(presets.paper);
    const file = join(await temporaryFolder(), "paper.yaml");
    await writeFile(file, shown.stdout);
    expect(JSON.parse((await ltad("config", file, "--json")).stdout)).toEqual(presets.paper);
  });

  it("puts the file over the preset and single settings over the file, and reads the settings of a model folder", async () => {
    const folder = join(await temporaryFolder(), "model");
    await mkdir(folder);
    await writeFile(join(folder, "config.yaml"), "preset: fast\ncopies: { upTo: 3 }\nwhitening: { ridge: 0.5 }\n");
    const { stdout } = await ltad("config", folder, "--set", "whitening.ridge=0.25");
    expect(parse(stdout)).toMatchObject({ preset: "fast", copies: { upTo: 3 }, whitening: { ridge: 0.25, meanPrior: 10 } });
  });

  it("names every fault of a file with the nearest known setting, and exits with 2", async () => {
    const file = join(await temporaryFolder(), "settings.yaml");
    await writeFile(file, "detect: { stepps: 20 }\nscores: { lambda: 1 }\nconstructor: 1\n");
    const { code, stdout, stderr } = await ltad("config", file);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/3 faults/);
    expect(stderr).toMatch(/detect\.stepps: there is no such setting; did you mean steps\?/);
    expect(stderr).toMatch(/scores: there is no such setting; did you mean score\?/);
  });

  it("prints the JSON Schema", async () => {
    expect(JSON.parse((await ltad("config", "--schema")).stdout)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      additionalProperties: false,
    });
  });
});

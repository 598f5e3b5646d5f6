import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { knownTestImages } from "./known-test-images.js";
import { temporaryFolder } from "./cli/testing/test-io.js";

const image = (name: string) => ({ id: `a/${name}`, file: `/data/a/${name}`, label: "good" });
const dataset = (...names: string[]) => ({ classes: [{ name: "a", train: [], test: names.map(image) }] });

describe("knownTestImages", () => {
  it("names test images that the model was trained on", async () => {
    const model = await temporaryFolder();
    await writeFile(join(model, "training-files.json"), JSON.stringify([{ name: "a", images: ["0", "1", "2", "3"].map(image) }]));
    expect(await knownTestImages(model, dataset("4"))).toEqual([]);
    expect(await knownTestImages(model, dataset("3", "4"))).toEqual([
      "1 test image is among those that the model was trained on (a/3), so the numbers are too good. Train it again on the data set as it is now, or evaluate it on other images.",
    ]);
    expect((await knownTestImages(model, dataset("0", "1", "2", "3")))[0]).toMatch(/^4 test images are .*\(a\/0, a\/1, a\/2, \.\.\.\)/);
  });

  it("says nothing of a model without a list, or with a damaged one", async () => {
    const model = await temporaryFolder();
    expect(await knownTestImages(model, dataset("0"))).toEqual([]);
    await writeFile(join(model, "training-files.json"), "[{}]");
    expect(await knownTestImages(model, dataset("0"))).toEqual([]);
  });
});

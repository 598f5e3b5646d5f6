import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it, onTestFinished } from "vitest";
import { withRanges } from "./with-ranges.js";

it("gives each class the range of its own images", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-ranges-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const item = async (name: string, values: Uint8Array | Uint16Array) => {
    const image = sharp(values, { raw: { width: 2, height: 2, channels: 1 } });
    const wide = values instanceof Uint16Array ? image.toColourspace("grey16") : image;
    await writeFile(join(folder, name), await wide.png().toBuffer());
    return { id: name, file: join(folder, name) };
  };
  const train = {
    lens: [await item("a.png", Uint16Array.of(0, 1, 900, 3)), await item("b.png", Uint16Array.of(0, 1, 4000, 3))],
    weld: [await item("c.png", Uint16Array.of(0, 1, 900, 60000))],
    tile: [await item("d.png", Uint8Array.of(0, 1, 90, 255))],
  };
  const classes = Object.entries(train).map(([name, items]) => ({ name, available: items.length, train: items }));
  const found = await withRanges({ protocol: "full", seed: 0, classes }, {});
  expect(found.classes.map(({ train: items }) => items.map(({ range }) => range))).toEqual([[4095, 4095], [undefined], [undefined]]);
  expect(found.classes[2]).toEqual(classes[2]);
});

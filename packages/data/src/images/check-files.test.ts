import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRng } from "@ltad/core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, png } from "../testing/make-folder.js";
import { checkFiles } from "./check-files.js";
import { decodeImage } from "./decode-image.js";

const fixtures = fileURLToPath(new URL("../__fixtures__/images/files", import.meta.url));
const full = (file: string, mask?: string) => ({ file, mask, depth: "full" }) as const;

it("finds exactly the files that cannot be decoded", async () => {
  const files = (await readdir(fixtures)).map((name) => join(fixtures, name));
  const { bad } = await checkFiles(files.map((file) => full(file)));
  const refused = await Promise.all(
    files.map(async (file) =>
      decodeImage(file).then(
        () => false,
        () => true,
      ),
    ),
  );
  expect(bad.map(({ file }) => file)).toEqual(files.filter((_, i) => refused[i]));
  expect(bad.length).toBeGreaterThan(5);
});

describe("a file that was cut off", () => {
  const noise = Uint8Array.from(createRng(1).uniforms(400 * 300 * 3, 0, 256));
  let place = "";
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "ltad-cut-"));
  });
  afterAll(() => rm(place, { recursive: true }));

  it.each(["png", "jpeg", "webp", "tiff"] as const)("is found wherever a %s ends", async (format) => {
    const whole = await sharp(noise, { raw: { width: 400, height: 300, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    const file = join(place, `cut.${format}`);
    for (const share of [1, 0.995, 0.9, 0.5]) {
      await writeFile(file, whole.subarray(0, Math.floor(share * whole.length)));
      const decoded = await decodeImage(file).then(
        () => 0,
        () => 1,
      );
      expect((await checkFiles([full(file)])).bad, `${format} to ${share}`).toHaveLength(decoded);
      expect(decoded).toBeGreaterThanOrEqual(share < 0.99 ? 1 : 0);
    }
  });
});

it("names bad masks beside bad images, in the order of the list, and the pages that are not used", async () => {
  const page = await png(6, 4);
  const folder = await makeFolder({
    "a.png": null,
    "a_mask.png": await png(5, 4),
    "b.png": "text",
    "b_mask.png": "text",
    "c.tif": await sharp([page, page, page], { join: { animated: true } })
      .tiff()
      .toBuffer(),
    "d.png": null,
    "d_mask.png": (await png(300, 200)).subarray(0, -30),
  });
  const at = (name: string) => join(folder, name);
  const { bad, pages } = await checkFiles([
    full(at("a.png"), at("a_mask.png")),
    full(at("b.png"), at("b_mask.png")),
    full(at("c.tif")),
    full(at("d.png"), at("d_mask.png")),
  ]);
  expect(bad.map(({ file, index, isMask, error }) => [file, index, isMask, error.code])).toEqual([
    [at("a_mask.png"), 0, true, "LTAD_MASK"],
    [at("b.png"), 1, false, "LTAD_IMAGE"],
    [at("d_mask.png"), 3, true, "LTAD_MASK"],
  ]);
  expect(pages).toEqual([{ file: at("c.tif"), pages: 3 }]);
});

it("decodes a known file again only when it has changed", async () => {
  const folder = await makeFolder({ "a.png": await png(300, 200) });
  const file = join(folder, "a.png");
  const known = new Map<string, string>();
  expect((await checkFiles([full(file)], { known })).bad).toEqual([]);
  expect([...known.keys()]).toEqual([file]);
  await writeFile(file, (await readFile(file)).subarray(0, -40));
  expect((await checkFiles([full(file)], { known })).bad).toHaveLength(1);
});

it("reads only the header where that is wanted", async () => {
  const folder = await makeFolder({ "a.png": (await png(300, 200)).subarray(0, -30) });
  expect((await checkFiles([{ file: join(folder, "a.png"), depth: "header" }])).bad).toEqual([]);
});

it("stops on request", async () => {
  await expect(checkFiles([full("a.png")], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
});

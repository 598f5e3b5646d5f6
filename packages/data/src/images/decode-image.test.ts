import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeImage, type DecodedImage } from "./decode-image.js";

interface Case {
  readonly file: string;
  readonly expect: "image" | "error";
  readonly width: number;
  readonly height: number;
  readonly mean_rgb: number[];
  readonly high_byte_mean?: number[];
  readonly quadrant_means_rgb?: Record<string, number[]>;
  readonly tolerance?: number;
}

const folder = fileURLToPath(new URL("../__fixtures__/images/", import.meta.url));
const { cases, sameAsRgb8 } = JSON.parse(await readFile(join(folder, "expected.json"), "utf8")) as { cases: Case[]; sameAsRgb8: string[] };
const refusedHere = new Set(["float32.tif"]);
const opened = cases.filter((c) => c.expect === "image" && !refusedHere.has(c.file));
const refused = cases.filter((c) => c.expect === "error" || refusedHere.has(c.file));
const at = (file: string) => join(folder, "files", file);

describe("images that open", () => {
  it.each(opened)("$file", async (c) => {
    const image = await decodeImage(at(c.file));
    expect([image.width, image.height, image.data.length]).toEqual([c.width, c.height, c.width * c.height * 3]);
    const tolerance = c.tolerance ?? (/\.(jpe?g)$|lossy|alpha\.webp|is_jpeg/.test(c.file) ? 1.5 : 0.011);
    expectMeans(means(image, [0, 0, image.width, image.height]), c.high_byte_mean ?? c.mean_rgb, tolerance);
    if (c.file === "cmyk.jpg" || c.high_byte_mean) return; // conversions differ, see the origin's README
    for (const [name, expected] of Object.entries(c.quadrant_means_rgb ?? {}))
      expectMeans(means(image, quadrant(image, name)), expected, tolerance * 2);
  });
});

describe("files that are refused", () => {
  it.each(refused)("$file", async ({ file }) => {
    const error = await decodeImage(at(file)).then(
      () => null,
      (e: unknown) => e as Error & { code: string; details: object },
    );
    expect(error).toMatchObject({ name: "LtadError", code: "LTAD_IMAGE", details: { file: at(file) } });
    expect(error?.message.startsWith(`${at(file)}: `)).toBe(true);
    expect(error?.message).not.toContain("the secret");
  });

  it("says what was found", async () => {
    const said = async (file: string) => decodeImage(at(file)).catch((e: Error) => e.message.slice(at(file).length + 2));
    expect(await said("svg_named.png")).toMatchInlineSnapshot(
      `"this is an SVG drawing. Use PNG, JPEG, WebP, TIFF, GIF, BMP, PGM or PPM; convert the file (for example with ImageMagick: magick IN OUT.png) or remove it."`,
    );
    expect(await said("truncated.bmp")).toMatchInlineSnapshot(
      `"this BMP is damaged or truncated (its pixels end early). Convert it to PNG, export or copy it again, or remove it."`,
    );
    expect(await said("html.jpg")).toMatchInlineSnapshot(
      `"this is a web page. Use a PNG, JPEG, WebP, TIFF, GIF, BMP, PGM or PPM image; copy the right file here, or remove this one."`,
    );
    expect(await said("empty.png")).toMatchInlineSnapshot(
      `"this is an empty file. Use a PNG, JPEG, WebP, TIFF, GIF, BMP, PGM or PPM image; copy the right file here, or remove this one."`,
    );
    expect(await said("float32.tif")).toMatchInlineSnapshot(
      `"its samples are of type float. Only unsigned samples of 8 or 16 bits have a defined brightness; convert the image to 8 or 16 bits."`,
    );
    expect(await said("bomb_30000x30000_1bit.png")).toMatchInlineSnapshot(
      `"it has too many pixels; expected at most 100000000 pixels. Scale the image down, or allow more (--max-pixels N, or maxPixels in a program)."`,
    );
    expect(await said("truncated_half.jpg")).toMatchInlineSnapshot(
      `"this JPEG is damaged or truncated (Input buffer has corrupt header: VipsJpeg: premature end of JPEG image). Export or copy it again, or remove it."`,
    );
    expect(await said("no such file.png")).toMatchInlineSnapshot(`"there is no such file. Check the path."`);
    expect(await said("")).toMatchInlineSnapshot(`"this is a folder. Give the path of an image file."`);
  });
});

describe("odd names", () => {
  let place: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "ltad-names-"));
  });
  afterAll(() => rm(place, { recursive: true }));

  it.each(sameAsRgb8.map((name) => [name]))("%j", async (name) => {
    const bytes = await readFile(at("rgb8.png"));
    await writeFile(join(place, name), bytes);
    expect(await decodeImage(join(place, name))).toEqual(await decodeImage(bytes));
  });

  it("does not send control characters to a terminal", async () => {
    await expect(decodeImage("a\u001b[31m.png")).rejects.toThrow(/^a\\u001b\[31m\.png: /);
  });
});

describe("bytes and limits", () => {
  it("takes bytes under a name", async () => {
    await expect(decodeImage(Buffer.from("nothing"), { name: "upload" })).rejects.toThrow(/^upload: this is a text file/);
  });

  it("refuses by size of the file and of the image", async () => {
    await expect(decodeImage(at("rgb8.png"), { maxBytes: 100 })).rejects.toThrow(/2037 bytes; expected at most 100/);
    await expect(decodeImage(await readFile(at("rgb8.png")), { maxBytes: 100 })).rejects.toThrow(/2037 bytes; expected at most 100/);
    await expect(decodeImage(at("rgb8.png"), { maxPixels: 37 * 29 - 1 })).rejects.toThrow(/expected at most 1072 pixels/);
    expect((await decodeImage(at("rgb8.png"), { maxPixels: 37 * 29 })).width).toBe(37);
  });

  it("takes the values as stored, whatever colour profile is attached", async () => {
    const data = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 41) % 256);
    const tagged = await sharp(data, { raw: { width: 5, height: 4, channels: 3 } })
      .withIccProfile("p3", { attach: true })
      .png()
      .toBuffer();
    const plain = await sharp(await sharp(tagged, { ignoreIcc: true }).png().toBuffer())
      .removeAlpha()
      .raw()
      .toBuffer();
    expect([...(await decodeImage(tagged)).data]).toEqual([...plain]);
  });
});

function means({ data, width }: DecodedImage, [x0, y0, x1, y1]: number[]): number[] {
  const sums = [0, 0, 0];
  for (let y = y0!; y < y1!; y++) for (let x = x0!; x < x1!; x++) for (let c = 0; c < 3; c++) sums[c]! += data[(y * width + x) * 3 + c]!;
  const n = (x1! - x0!) * (y1! - y0!);
  return sums.map((sum) => sum / n);
}

function quadrant({ width: w, height: h }: DecodedImage, name: string): number[] {
  const [x, y] = [Math.ceil(w / 2), Math.ceil(h / 2)];
  return [name.includes("left") ? 0 : x, name.includes("top") ? 0 : y, name.includes("left") ? x : w, name.includes("top") ? y : h];
}

function expectMeans(actual: number[], expected: number[], tolerance: number) {
  actual.forEach((mean, c) =>
    expect(Math.abs(mean - expected[c]!), `channel ${c}: ${mean} for ${expected[c]}`).toBeLessThanOrEqual(tolerance),
  );
}

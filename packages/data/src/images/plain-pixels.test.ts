import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-image.js";

/** A BMP of 3 x 2 pixels with a header of 40 bytes. @param rows as they lie in the file, filled up to four bytes */
function bmp(
  bits: number,
  rows: readonly (readonly number[])[],
  change: { height?: number; compression?: number; extra?: readonly number[] } = {},
) {
  const { height = 2, compression = 0, extra = [] } = change;
  const header = Buffer.alloc(54);
  header.write("BM");
  header.writeUInt32LE(54 + extra.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(3, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  return Buffer.concat([header, Buffer.from(extra), Buffer.from(rows.flat())]);
}
const masks = (...values: readonly number[]) => values.flatMap((v) => [v & 255, (v >> 8) & 255, (v >> 16) & 255, (v >>> 24) & 255]);
const pixels = async (bytes: Uint8Array) => {
  const { width, height, data } = await decodeImage(bytes);
  expect([width, height]).toEqual([3, 2]);
  return Array.from({ length: 6 }, (_, i) => [...data.subarray(i * 3, i * 3 + 3)].join(" "));
};
const [red, green, blue, white, black, grey] = ["255 0 0", "0 255 0", "0 0 255", "255 255 255", "0 0 0", "10 20 30"];
const upper = [0, 0, 255, 0, 255, 0, 255, 0, 0]; // red, green, blue, as blue, green, red
const lower = [255, 255, 255, 0, 0, 0, 30, 20, 10];
const palette = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 30, 20, 10, 0];
const all = [red, green, blue, white, black, grey];

describe("BMP", () => {
  it.each<[string, Buffer]>([
    [
      "24 bits, rows from below",
      bmp(24, [
        [...lower, 0, 0, 0],
        [...upper, 0, 0, 0],
      ]),
    ],
    [
      "24 bits, rows from above",
      bmp(
        24,
        [
          [...upper, 0, 0, 0],
          [...lower, 0, 0, 0],
        ],
        { height: -2 },
      ),
    ],
    [
      "8 bits with a palette",
      bmp(
        8,
        [
          [3, 4, 5, 0],
          [0, 1, 2, 0],
        ],
        { extra: palette },
      ),
    ],
    [
      "4 bits with a palette",
      bmp(
        4,
        [
          [0x34, 0x50, 0, 0],
          [0x01, 0x20, 0, 0],
        ],
        { extra: palette },
      ),
    ],
    [
      "32 bits with masks, red lowest",
      bmp(
        32,
        [
          [255, 255, 255, 9, 0, 0, 0, 9, 10, 20, 30, 9],
          [255, 0, 0, 9, 0, 255, 0, 9, 0, 0, 255, 9],
        ],
        {
          compression: 3,
          extra: masks(0xff, 0xff00, 0xff0000),
        },
      ),
    ],
  ])("%s", async (_, bytes) => {
    expect(await pixels(bytes)).toEqual(all);
  });

  it("16 bits, of which green has six", async () => {
    const word = (value: number) => [value & 255, value >> 8];
    const row = (...values: number[]) => [...values.flatMap(word), 0, 0];
    const bytes = bmp(16, [row(0xffff, 0, 0x8410), row(0xf800, 0x07e0, 0x001f)], { compression: 3, extra: masks(0xf800, 0x07e0, 0x1f) });
    expect(await pixels(bytes)).toEqual([red, green, blue, white, black, "132 130 132"]);
  });

  it.each<[string, Buffer, RegExp]>([
    ["compressed", bmp(8, [[1]], { compression: 1 }), /this BMP is compressed/],
    ["cut off", bmp(24, [upper]), /this BMP is damaged or truncated/],
    ["of a size that is not there", bmp(24, [upper], { height: 30_000_000 }), /this BMP is damaged|pixels/],
    ["of a strange depth", bmp(7, [upper]), /this BMP has 7 bits/],
  ])("is refused when it is %s", async (_, bytes, message) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "LTAD_IMAGE" });
    await expect(decodeImage(bytes)).rejects.toThrow(message);
  });
});

describe("PGM, PPM and PBM", () => {
  const binary = (head: string, ...bytes: number[]) => Buffer.concat([Buffer.from(head), Buffer.from(bytes)]);
  it.each<[string, Buffer, string[]]>([
    ["P6", binary("P6\n# a remark\n3 2\n255\n", 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30), all],
    ["P3", Buffer.from("P3 3 2 255\n255 0 0  0 255 0\n0 0 255 255 255 255\n0 0 0 10 20 30"), all],
    ["P5", binary("P5 3 2 255\n", 0, 1, 2, 3, 4, 255), [0, 1, 2, 3, 4, 255].map((v) => `${v} ${v} ${v}`)],
    ["P2 with its own range", Buffer.from("P2\n3 2\n5\n0 1 2 3 4 5\n"), [0, 51, 102, 153, 204, 255].map((v) => `${v} ${v} ${v}`)],
    [
      "P5 of 12 bits, over the whole range",
      binary("P5 3 2 4095\n", 0, 0, 0x0f, 0xff, 0x08, 0, 0, 16, 0, 0, 0, 0),
      [0, 255, 128, 1, 0, 0].map((v) => `${v} ${v} ${v}`),
    ],
    ["P4, where 1 is black", binary("P4 3 2\n", 0b10100000, 0b01000000), [black, white, black, white, black, white]],
    ["P1", Buffer.from("P1 3 2\n101\n0 1 0"), [black, white, black, white, black, white]],
  ])("%s", async (_, bytes, expected) => {
    expect(await pixels(bytes)).toEqual(expected);
  });

  it.each<[string, Buffer, RegExp]>([
    ["cut off", binary("P5 3 2 255\n", 1, 2, 3), /this PNM is damaged or truncated/],
    ["without a size", Buffer.from("P5 is what this text is about"), /header has no size/],
    ["too large", Buffer.from("P5 60000 60000 255\n"), /60000x60000 pixels; expected at most/],
    ["of a strange range", binary("P5 3 2 70000\n", 1), /largest value is 70000/],
  ])("is refused when it is %s", async (_, bytes, message) => {
    await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "LTAD_IMAGE" });
    await expect(decodeImage(bytes)).rejects.toThrow(message);
  });
});

it("HEIC gets advice", async () => {
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic"), Buffer.alloc(40)]);
  await expect(decodeImage(heic)).rejects.toThrow(/HEIC image, as phones save photos\. Use PNG.*magick IN OUT\.png/);
});

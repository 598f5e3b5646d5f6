import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadMask } from "./load-mask.js";

const pixels = [0, 1, 0, 255, 0, 7]; // 3 wide, 2 high
const expected = [0, 1, 0, 1, 0, 1];
const grey = (values: readonly number[]) => sharp(Uint8Array.from(values), { raw: { width: 3, height: 2, channels: 1 } });

describe("loadMask", () => {
  it("takes any value above 0 as defect: 0 and 255, 0 and 1, or numbers of defects", async () => {
    expect(await loadMask(await grey(pixels).png().toBuffer())).toEqual({
      width: 3,
      height: 2,
      data: Uint8Array.from(expected),
      alpha: false,
      soft: false,
    });
  });

  it("reads colour masks by any colour channel, whatever an alpha that does not vary", async () => {
    const rgba = Uint8Array.from(pixels.flatMap((v, i) => [i === 1 ? 0 : v, i === 1 ? v : 0, 0, 200]));
    const png = await sharp(rgba, { raw: { width: 3, height: 2, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await loadMask(png)).data]).toEqual(expected);
  });

  it("keeps small values of a 16-bit mask", async () => {
    const png = await sharp(Uint16Array.from(pixels), { raw: { width: 3, height: 2, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe("ushort");
    expect([...(await loadMask(png)).data]).toEqual(expected);
  });

  it("is not misled by the blur of a JPEG", async () => {
    const data = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i % 64 < 29 ? 255 : 0));
    const jpeg = await sharp(data, { raw: { width: 64, height: 64, channels: 1 } })
      .jpeg({ quality: 60 })
      .toBuffer();
    expect([...(await loadMask(jpeg)).data]).toEqual([...data].map((v) => v / 255));
  });

  it("names both files and both sizes when they differ", async () => {
    const mask = await grey(pixels).png().toBuffer();
    const call = loadMask(mask, { width: 4, height: 2, image: "test/crack/004.png" }, { name: "ground_truth/crack/004_mask.png" });
    await expect(call).rejects.toMatchObject({ code: "LTAD_MASK" });
    await expect(call).rejects.toThrowErrorMatchingInlineSnapshot(
      `[LtadError: ground_truth/crack/004_mask.png is 3x2 but test/crack/004.png is 4x2. A mask must have the size of its image; it also has another shape, so it was cut or belongs to another image: export it again from this image.]`,
    );
  });
});

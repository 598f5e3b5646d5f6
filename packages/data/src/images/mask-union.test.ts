import sharp from "sharp";
import { expect, it } from "vitest";
import { makeFolder } from "../testing/make-folder.js";
import { loadMask } from "./load-mask.js";

const grey = (values: readonly number[], width: number) =>
  sharp(Uint8Array.from(values), { raw: { width, height: values.length / width, channels: 1 } })
    .png()
    .toBuffer();

it("several masks of an image mark what any of them marks", async () => {
  const root = await makeFolder({
    "0.png": await grey([236, 0, 0, 0, 0, 236], 3),
    "1.png": await grey([0, 0, 250, 0, 0, 250], 3),
    "turned.png": await grey([0, 0, 0, 0, 0, 0], 2),
  });
  const parts = [`${root}/0.png`, `${root}/1.png`];
  expect(await loadMask(parts)).toMatchObject({ width: 3, height: 2, data: Uint8Array.from([1, 0, 1, 0, 0, 1]) });
  expect((await loadMask(parts.slice(0, 1))).data).toEqual(Uint8Array.from([1, 0, 0, 0, 0, 1]));
  const ramp = Array.from({ length: 40 }, (_, i) => 6 * i);
  const soft = await makeFolder({
    "0.png": await grey(
      ramp.map((v) => (v > 200 ? 255 : 0)),
      40,
    ),
    "1.png": await grey(ramp, 40),
  });
  expect(await loadMask([`${soft}/0.png`, `${soft}/1.png`])).toMatchObject({ soft: true, alpha: false });
  await expect(loadMask([...parts, `${root}/turned.png`])).rejects.toThrow(/turned.png is 2x3 but .*0.png is 3x2/);
  await expect(loadMask(parts, { width: 4, height: 4 })).rejects.toMatchObject({ code: "LTAD_MASK" });
});

import { join } from "node:path";
import { createRng } from "@ltad/core";
import { openDetector } from "@ltad/detector";
import sharp from "sharp";
import { expect, it } from "vitest";
import { brightnessBundle } from "../testing/brightness-bundle.js";
import { temporaryFolder } from "../testing/test-io.js";
import { testFeatures } from "@ltad/evaluate";

it.each(["linear", "cubic", "lanczos3", "nearest"] as const)("what is evaluated is what is served, with the filter %s", async (kernel) => {
  const folder = await temporaryFolder();
  const image = join(folder, "noise.png");
  await sharp(Uint8Array.from(createRng("noise").uniforms(75 * 61 * 3, 0, 256)), { raw: { width: 75, height: 61, channels: 3 } })
    .png()
    .toFile(image);
  const detector = await openDetector(await brightnessBundle(join(folder, "model"), ["a"], { kernel }), { threads: 1 });
  try {
    const { features, z } = await (await testFeatures(detector, [image], join(folder, "cache"), {})).read(0);
    const { map, score } = await detector.score(features, z);
    const served = await detector.predict(image, { size: "grid" });
    expect(served.map).toEqual(map);
    expect(served.score).toBe(score[0]);
  } finally {
    await detector.dispose();
  }
});

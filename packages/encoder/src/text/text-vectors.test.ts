import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { expect, it } from "vitest";
import { openFolder } from "@ltad/hub";
import { openTextFolder } from "../load/text-folder.js";
import { fixture } from "../testing/fixtures.js";
import { tinyTextEncoder } from "../testing/tiny-encoders.js";
import { textVectors } from "./text-vectors.js";

const encoders = [tinyTextEncoder(createRng("weights")), await openTextFolder(await openFolder(fixture("__fixtures__/align")))];

it.each(encoders.map((encoder) => [encoder.name, encoder] as const))(
  "%s gives each text of a batch what it gives it alone",
  async (_, encoder) => {
    const texts = ["abc", "a broken screw", "z", "the photo of a very long text that is cut off somewhere"];
    const together = await textVectors(encoder, texts);
    expect(together.shape).toEqual([4, encoder.size]);
    for (const [i, text] of texts.entries()) {
      const alone = await textVectors(encoder, [text]);
      expectClose(together.data.slice(i * encoder.size, (i + 1) * encoder.size), alone.data, { rtol: 0, atol: 2e-6 }, text);
      expect(Math.hypot(...alone.data)).toBeCloseTo(1, 5);
    }
    await expect(textVectors(encoder, ["a", ""])).rejects.toThrow('text 1 ("") contains no tokens');
  },
);

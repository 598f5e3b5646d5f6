import { fileURLToPath } from "node:url";
import { createRng, floats, readSafetensors, type ResizeKernel } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { decodeImage } from "./decode-image.js";
import { resize, resizeBytes } from "./resize.js";

const folder = fileURLToPath(new URL("../__fixtures__/resize/", import.meta.url));
const golden = (await readSafetensors(`${folder}resize.safetensors`)).arrays;
const input = await decodeImage(`${folder}input.png`); // 47 high, 61 wide
const targets = [
  ["32x32", 32, 32],
  ["down_3x", 15, 20],
  ["up", 53, 70],
] as const;
/** Pillow's names of the kernels. */
const pillow: readonly (readonly [ResizeKernel, string])[] = [
  ["nearest", "nearest"],
  ["linear", "bilinear"],
  ["cubic", "bicubic"],
  ["lanczos3", "lanczos"],
];

describe("resize", () => {
  it.each(targets)("equals torch's antialiased bilinear: %s", (name, h, w) => {
    const out = resize(input.data, [47, 61, 3], [h, w]);
    expectClose(out, floats(golden[`${name}/torch_bilinear_antialias`], name), { rtol: 0, atol: 1e-3 }, name);
  });

  it.each(targets.slice(0, 2))("equals torch's antialiased bicubic: %s", (name, h, w) => {
    const out = resize(input.data, [47, 61, 3], [h, w], "cubic");
    expectClose(out, floats(golden[`${name}/torch_bicubic_antialias`], name), { rtol: 0, atol: 1e-3 }, name);
  });

  it("is antialiased: the plain filter is far away", () => {
    const plain = floats(golden["32x32/torch_bilinear"], "plain");
    const out = resize(input.data, [47, 61, 3], [32, 32]);
    expect(meanDifference(out, plain)).toBeGreaterThan(5);
  });

  it.each([
    [
      [5, 7, 2],
      [5, 7],
    ],
    [
      [6, 9, 1],
      [3, 14],
    ],
    [
      [1, 4, 3],
      [3, 1],
    ],
    [
      [13, 2, 1],
      [4, 5],
    ],
  ] as const)("equals the plain definition: %j to %j", ([H, W, C], [h, w]) => {
    const data = createRng(3).uniforms(H * W * C, -1, 2);
    expectClose(resize(data, [H, W, C], [h, w]), slow(data, [H, W, C], [h, w]), { rtol: 0, atol: 1e-6 }, "resize");
  });

  it("keeps a constant, and the image itself at its own size", () => {
    expectClose(
      resize(new Float32Array(35).fill(0.7), [5, 7, 1], [11, 3]),
      new Float32Array(33).fill(0.7),
      { rtol: 1e-6, atol: 0 },
      "constant",
    );
    expectClose(resize(input.data, [47, 61, 3], [47, 61]), input.data, { rtol: 0, atol: 0 }, "same size");
  });

  it("commutes with a mirror: no shift", () => {
    const data = createRng(9).uniforms(17);
    const mirrored = resize(data.toReversed(), [1, 17, 1], [1, 40]).reverse();
    expectClose(mirrored, resize(data, [1, 17, 1], [1, 40]), { rtol: 0, atol: 1e-6 }, "mirror");
  });
});

describe("resizeBytes", () => {
  it.each(targets.flatMap((target) => pillow.map((names) => [...names, ...target] as const)))(
    "%s equals Pillow's %s byte for byte: %s",
    (kernel, filter, name, h, w) => {
      const expected = golden[`${name}/pillow_${filter}`]?.data as Uint8Array;
      expect(expected.length).toBe(h * w * 3);
      expect(resizeBytes(input.data, [47, 61, 3], [h, w], kernel)).toEqual(expected);
    },
  );

  it.each(pillow)("%s differs from the floating point by roundings only, where neither overshoots", (kernel) => {
    const smooth = Uint8Array.from({ length: 40 * 30 }, (_, i) => 127 + 60 * Math.sin((i % 40) / 5) * Math.cos(Math.floor(i / 40) / 4));
    const bytes = resizeBytes(smooth, [30, 40, 1], [17, 51], kernel);
    expectClose(bytes, resize(smooth, [30, 40, 1], [17, 51], kernel), { rtol: 0, atol: 1.2 }, kernel);
  });
});

/** Every output pixel as the normalised sum over all input pixels under the triangle. */
function slow(data: Float32Array, [H, W, C]: readonly [number, number, number], [h, w]: readonly [number, number]): number[] {
  const weight = (i: number, j: number, n: number, m: number) =>
    Math.max(0, 1 - Math.abs(j + 0.5 - ((i + 0.5) * n) / m) / Math.max(1, n / m));
  const out: number[] = [];
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let c = 0; c < C; c++) {
        let [sum, total] = [0, 0];
        for (let v = 0; v < H; v++)
          for (let u = 0; u < W; u++) {
            const k = weight(y, v, H, h) * weight(x, u, W, w);
            sum += k * data[(v * W + u) * C + c]!;
            total += k;
          }
        out.push(sum / total);
      }
  return out;
}

function meanDifference(a: ArrayLike<number>, b: Float32Array): number {
  return b.reduce((sum, v, i) => sum + Math.abs(v - a[i]!), 0) / b.length;
}

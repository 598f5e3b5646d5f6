import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesOf, createRng, float32, floats, sizeOf } from "@ltad/core";
import { expectClose, wrongCalls } from "@ltad/core/testing";
import { decodeImage, loadImage, squashImage } from "@ltad/data";
import { encodeModel, readOnnx } from "@ltad/onnx";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Detector, openDetector } from "./detector.js";
import { displayRange } from "./heat-map.js";
import { modelInput } from "./image.js";
import { overlay } from "./overlay.js";
import { sizes } from "./testing/sample-parts.js";
import { tinyParts, tinyWeights } from "./testing/tiny-bundle.js";
import { upsampleBilinear } from "./upsample.js";
import { type BundleParts, writeBundle } from "./write-bundle.js";

const { grid: G, tokens: N, channels: C, zSize: Dz, inputSize: S } = sizes;
const close = { rtol: 1e-4, atol: 1e-5 };
let [folder, image, parts, detector] = ["", "", {} as BundleParts, {} as Detector];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ltad-detector-"));
  parts = tinyParts();
  await writeBundle(join(folder, "model"), parts);
  detector = await openDetector(join(folder, "model"), { threads: 1 });
  image = join(folder, "part.png");
  const pixels = Uint8Array.from(createRng("part").uniforms(90 * 70 * 3, 0, 256));
  await sharp(pixels, { raw: { width: 90, height: 70, channels: 3 } })
    .png()
    .toFile(image);
});
afterAll(async () => {
  await detector.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The tiny model by its plain definition, for one image [S, S, 3]. */
function plain(pixels: Float32Array, given: number) {
  const { mix, toZ, usual, towards } = tinyWeights();
  const features = Array.from({ length: N * C }, (_, i) => {
    const [token, c] = [Math.floor(i / C), i % C];
    let sum = 0;
    for (let p = 0; p < 64; p++) {
      const at = ((Math.floor(token / G) * 8 + Math.floor(p / 8)) * S + (token % G) * 8 + (p % 8)) * 3;
      for (let k = 0; k < 3; k++) sum += (pixels[at + k]! * mix.data[k * C + c]!) / 64;
    }
    return sum;
  });
  const mean = (of: (token: number) => number, n: number) => Array.from({ length: n }, (_, i) => of(i)).reduce((a, b) => a + b, 0) / n;
  const toZOf = (row: readonly number[]) =>
    Array.from({ length: Dz }, (_, d) => row.reduce((sum, value, c) => sum + value * toZ.data[c * Dz + d]!, 0));
  const z = toZOf(Array.from({ length: C }, (_, c) => mean((token) => features[token * C + c]!, N)));
  const distances = [0, 1].map((k) =>
    toZOf(Array.from(usual.data.subarray(k * C, (k + 1) * C))).reduce((sum, m, d) => sum + (m - z[d]!) ** 2, 0),
  );
  const label = given >= 0 ? given : distances.indexOf(Math.min(...distances));
  const rec = Array.from({ length: N }, (_, t) => mean((c) => (features[t * C + c]! - usual.data[label * C + c]!) ** 2, C));
  const sem = Array.from({ length: N }, (_, t) => 1 / (1 + Math.exp(-mean((c) => features[t * C + c]! * towards.data[c]!, C) * C)));
  const map = rec.map((value, t) => value + 0.5 * sem[t]!);
  return { features, z, label, rec, sem, map, score: Math.max(...map) };
}

describe("predict", () => {
  it("is the plain definition of the model, enlarged to the image", async () => {
    const { input } = await modelInput(image, detector.manifest.features);
    for (const [given, name] of [
      [-1, undefined],
      [0, "tile"],
      [1, "nut"],
    ] as const) {
      const expected = plain(floats(input, "input"), given);
      const found = await detector.predict(image, { class: name });
      expect(found).toMatchObject({
        class: ["tile", "nut"][expected.label],
        classGiven: given >= 0,
        width: 90,
        height: 70,
        image: { width: 90, height: 70 },
      });
      expectClose([found.score], [expected.score], close, "score");
      for (const [map, want] of [
        [found.map, expected.map],
        [found.recMap, expected.rec],
        [found.semMap, expected.sem],
      ] as const) {
        expectClose(map, upsampleBilinear({ data: Float32Array.from(want), width: G, height: G }, { width: 90, height: 70 }), close, "map");
      }
    }
  });

  it("takes a path, bytes and pixels, and gives the same", async () => {
    const bytes = await sharp(image).png().toBuffer();
    const [path, buffer, pixels] = [
      await detector.predict(image),
      await detector.predict(bytes),
      await detector.predict(await decodeImage(image)),
    ];
    expect(buffer.map).toEqual(path.map);
    expectClose(pixels.map, path.map, { rtol: 0.02, atol: 0.01 }, "pixels"); // not rounded to 8 bits on the way, and another shrinking filter
  });

  it("refuses what it cannot take in our words", async () => {
    const model = join(folder, "model");
    const opened: Detector[] = [];
    const open = async (at: string, options: object) => opened.push(await openDetector(at, options));
    expect(await wrongCalls({ name: "openDetector", run: open, args: [model, { threads: 1 }] })).toEqual([]);
    await Promise.all(opened.map((one) => one.dispose()));
    const args = [image, { size: "grid", class: "nut", image: { maxPixels: 1e6 } }];
    expect(await wrongCalls({ name: "predict", run: (source: never, options: never) => detector.predict(source, options), args })).toEqual(
      [],
    );
    for (const [options, message] of [
      [{ falseAlarmrate: 0.1 }, "Did you mean falseAlarmRate?"],
      [{ size: "orginal" }, "one of original, grid"],
      [{ image: { maxpixels: 1 } }, "Did you mean maxPixels?"],
      [{ limits: { nut: "high" } }, "limits.nut"],
    ] as const)
      await expect(detector.predict(image, options as never)).rejects.toMatchObject({
        code: "LTAD_CONFIG",
        message: expect.stringContaining(message) as string,
      });
    const halved = { width: 90, height: 70, data: new Uint8Array(90 * 35 * 3) };
    for (const pixels of [halved, { ...halved, data: new Float32Array(90 * 70 * 3) }])
      await expect(detector.predict(pixels as never)).rejects.toMatchObject({ code: "LTAD_SHAPE" });
  });

  it("resizes files and pixels by the filter of the bundle", async () => {
    const { manifest } = parts;
    await writeBundle(join(folder, "cubic"), { ...parts, manifest: { ...manifest, features: { ...manifest.features, kernel: "cubic" } } });
    const cubic = await openDetector(join(folder, "cubic"), { threads: 1 });
    try {
      const input = float32([1, S, S, 3], await loadImage(image, S, { kernel: "cubic" }));
      const { features, z } = await detector.encode(input);
      const expected = await detector.score(features, z);
      const found = await cubic.predict(image, { size: "grid" });
      expect(found.map).toEqual(expected.map);
      expect(found.map).not.toEqual((await detector.predict(image, { size: "grid" })).map);
      const pixels = await modelInput(await decodeImage(image), { inputSize: S, kernel: "cubic" });
      expect(pixels.input.data).toEqual(squashImage(await decodeImage(image), S, "cubic"));
    } finally {
      await cubic.dispose();
    }
  });

  it("gives the map in the size that is asked for", async () => {
    const grid = await detector.predict(image, { size: "grid" });
    expect([grid.width, grid.height, grid.map.length]).toEqual([G, G, N]);
    const other = await detector.predict(image, { size: { width: 9, height: 5 } });
    expect([other.width, other.height, other.image]).toEqual([9, 5, { width: 90, height: 70 }]);
    expect(other.map).toEqual(upsampleBilinear({ data: grid.map, width: G, height: G }, { width: 9, height: 5 }));
  });

  it("draws the overlay at the image's size whatever the size of the maps, and answers the same with it", async () => {
    const plain = await detector.predict(image);
    const expected = await overlay(await decodeImage(image), plain.map, displayRange(plain.map, detector.manifest.display));
    for (const size of ["original", "grid", { width: 9, height: 5 }] as const) {
      const { timing, overlay: picture, ...found } = await detector.predict(image, { size, overlay: true });
      const { timing: without, ...same } = await detector.predict(image, { size });
      expect(picture.equals(expected)).toBe(true);
      expect(found).toEqual({ ...same });
      expect([without.draw, Object.keys(timing)]).toEqual([0, Object.keys(without)]);
    }
    const pixels = await decodeImage(image);
    expect(await detector.predict(pixels)).not.toHaveProperty("overlay");
    expect((await detector.predict(pixels, { overlay: true })).overlay).toBeInstanceOf(Buffer);
  });

  it("refuses an unknown class with the list, and an image that is none", async () => {
    await expect(detector.predict(image, { class: "bolt" })).rejects.toMatchObject({
      code: "LTAD_CONFIG",
      message: expect.stringMatching(/expected one of tile, nut, received bolt/),
    });
    const text = join(folder, "text.png");
    await writeFile(text, "hello");
    await expect(detector.predict(text)).rejects.toMatchObject({ code: "LTAD_IMAGE" });
    await expect(detector.predict(Buffer.alloc(0), { image: { name: "upload" } })).rejects.toThrow(/^upload: /);
    await expect(detector.predict(image, { image: { maxPixels: 100 } })).rejects.toMatchObject({ code: "LTAD_IMAGE" });
  });
});

describe("encode and score", () => {
  it("work on batches and agree with predict", async () => {
    const inputs = [createRng(1), createRng(2), createRng(3)].map((rng) => rng.uniforms(S * S * 3));
    const batch = float32(
      [3, S, S, 3],
      inputs.flatMap((input) => Array.from(input)),
    );
    const { features, z } = await detector.encode(batch);
    expect([features.shape, z.shape]).toEqual([
      [3, N, C],
      [3, Dz],
    ]);
    const scores = await detector.score(features, z, Int32Array.of(-1, 1, 0));
    const expected = inputs.map((input, i) => plain(input, [-1, 1, 0][i]!));
    expectClose(
      floats(features, "features"),
      expected.flatMap((one) => one.features),
      close,
      "features",
    );
    expectClose(
      floats(z, "z"),
      expected.flatMap((one) => one.z),
      close,
      "z",
    );
    expectClose(
      scores.score,
      expected.map((one) => one.score),
      close,
      "score",
    );
    expectClose(
      scores.map,
      expected.flatMap((one) => one.map),
      close,
      "map",
    );
    expect(Array.from(scores.classes)).toEqual(expected.map((one) => one.label));
    expect(scores.map).toHaveLength(3 * sizeOf([G, G]));
  });

  it("refuse other shapes", async () => {
    await expect(detector.encode(float32([1, S, S + 1, 3]))).rejects.toMatchObject({ code: "LTAD_SHAPE" });
    await expect(detector.score(float32([1, N, C + 1]), float32([1, Dz]))).rejects.toMatchObject({ code: "LTAD_SHAPE" });
  });
});

describe("openDetector refuses", () => {
  const refusal = async (change: (parts: BundleParts) => BundleParts) => {
    await writeBundle(join(folder, "other"), change(parts));
    return openDetector(join(folder, "other")).then(
      () => "nothing",
      (error: Error & { code: string }) => `${error.code} ${error.message}`,
    );
  };

  it("what ONNX Runtime cannot load", async () => {
    expect(await refusal((p) => ({ ...p, head: { ...p.head, model: new TextEncoder().encode("not a graph") } }))).toMatch(
      /LTAD_BUNDLE .*head-[0-9a-f]{12}.onnx: cannot be loaded as an ONNX graph/,
    );
  });

  it("a graph that reaches for a file outside", async () => {
    // Add(x, w) with w as external data in ../secret.bin; made with onnx 1.19
    const model = Buffer.from(
      "CAk6WwoOCgF4CgF3EgF5IgNBZGQSAWcqJAgEEAFCAXdqGQoIbG9jYXRpb24SDS4uL3NlY3JldC5iaW5wAVoPCgF4EgoKCAgBEgQKAggEYg8KAXkSCgoICAESBAoCCARCBAoAEBM=",
      "base64",
    );
    expect(await refusal((p) => ({ ...p, head: { ...p.head, model } }))).toMatch(/stores the numbers of w in another file/);
  });

  it("a graph that is a detector's in everything, but has numbers of a file in the working directory", async () => {
    const secret = `detector-${process.pid}.secret`;
    const outside = (p: BundleParts) => {
      const { model } = readOnnx(p.encoder.model, "encoder");
      const [mix, ...rest] = model.graph.initializer!;
      const { rawData: _, ...bare } = mix!;
      const place = [{ key: "location", value: secret }];
      const graph = { ...model.graph, initializer: [{ ...bare, dataLocation: 1, externalData: place }, ...rest] };
      return { ...p, encoder: { ...p.encoder, model: encodeModel({ ...model, graph }) } };
    };
    await writeFile(secret, bytesOf(tinyWeights().mix.data));
    try {
      expect(await refusal(outside)).toMatch(/LTAD_BUNDLE .*encoder-[0-9a-f]{12}.onnx: stores the numbers of mix in another file/);
    } finally {
      await rm(secret);
    }
  });

  it("graphs that are not what model.json says", async () => {
    expect(await refusal((p) => ({ ...p, head: { ...p.head, model: p.encoder.model } }))).toMatch(
      /has the inputs image float32 \[B, 32, 32, 3\]; model.json needs class int32 \[B\], features float32 \[B, 16, 5\]/,
    );
    expect(await refusal((p) => ({ ...p, head: { ...p.head, outputs: [...p.head.outputs, "more"] } }))).toMatch(
      /has the outputs .*; model.json also needs more\./,
    );
  });

  it("graphs that are no detector's", async () => {
    const swapped = (p: BundleParts) => ({ ...p, encoder: p.head, head: p.encoder });
    expect(await refusal(swapped)).toMatch(/LTAD_BUNDLE .*a detector with these features needs image/);
  });
});

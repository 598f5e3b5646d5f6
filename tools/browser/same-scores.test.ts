import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { type Detector, openDetector, writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import type * as Web from "@ltad/detector/web";
import { webRuntimeFolder } from "@ltad/runtime";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildForBrowser } from "./build-for-browser.js";
import { noChromium, openChromium } from "./open-chromium.js";
import { serveFiles } from "./serve-files.js";

const texture = (width: number, height: number, channels: 1 | 3 | 4 = 3) => {
  const noise = createRng(`texture ${width}`).uniforms(width * height * channels, 0, 90);
  const data = Uint8Array.from(noise, (value, i) => 40 + value + 60 * Math.sin((i % (width * channels)) / 37));
  return sharp(data, { raw: { width, height, channels } });
};
const grey16 = (width: number, height: number) => {
  const data = Uint16Array.from(createRng("16 bits").uniforms(width * height, 0, 4096));
  return sharp(data, { raw: { width, height, channels: 1 } }).toColourspace("grey16");
};

/** Each is another way through the decoder or the resizing; the encoder takes 32 x 32. */
const images: Readonly<Record<string, () => Promise<Buffer>>> = {
  "PNG, shrunk": () => texture(97, 80).png().toBuffer(),
  "PNG, shrunk by averages first": () => texture(211, 150).png().toBuffer(),
  "PNG of the encoder's size": () => texture(32, 32).png().toBuffer(),
  "PNG, enlarged": () => texture(20, 18).png().toBuffer(),
  "PNG, one side enlarged": () => texture(20, 70).png().toBuffer(),
  "grey PNG": () => texture(70, 61, 1).toColourspace("b-w").png().toBuffer(),
  "palette PNG": () => texture(70, 61).png({ palette: true }).toBuffer(),
  "PNG with alpha": () => texture(70, 61, 4).png().toBuffer(),
  "PNG of 16 bits": () => grey16(70, 61).png().toBuffer(),
  JPEG: () => texture(70, 61).jpeg().toBuffer(),
  "JPEG with an orientation": () => texture(90, 61).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  "progressive JPEG without subsampling": () => texture(70, 61).jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
  WebP: () => texture(70, 61).webp({ lossless: true }).toBuffer(),
  PGM: async () => Buffer.concat([Buffer.from("P5 70 61 255\n"), await texture(70, 61, 1).toColourspace("b-w").raw().toBuffer()]),
};

describe.skipIf(noChromium)(`a bundle in Chromium${noChromium ? ` (${noChromium})` : ""}`, () => {
  let folder: string;
  let detector: Detector;
  let browser: Browser;
  let page: Page;
  let site: Awaited<ReturnType<typeof serveFiles>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ltad-web-"));
    const parts = tinyPartsByClass();
    const good = [0.4, 0.7, 0.9, 1.1].map((value) => value * 10);
    const decision = { falseAlarmRate: 0.2, classes: parts.manifest.classes.map(() => ({ good, limit: null })) };
    await writeBundle(folder, { ...parts, manifest: { ...parts.manifest, decision } });
    detector = await openDetector(folder, { threads: 1 });
    const script = await buildForBrowser(`import { openDetector } from "@ltad/detector/web"; Object.assign(globalThis, { openDetector });`);
    const index = '<!doctype html><script type="module" src="main.js"></script>';
    site = await serveFiles({ ...script, "/index.html": index, "/ort/": `${webRuntimeFolder()}/`, "/model/": `${folder}/` });
    browser = await openChromium();
    page = await browser.newPage();
    await page.goto(site.url);
    await page.evaluate(async () => {
      const { openDetector } = globalThis as unknown as typeof Web;
      Object.assign(globalThis, { detector: await openDetector("model", { runtimeUrl: "/ort/" }) });
    });
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await detector?.dispose();
    if (folder) await rm(folder, { recursive: true });
  });

  const inPage = (bytes: Buffer, options: object = {}) =>
    page.evaluate(
      async ({ base64, options }) => {
        const { detector } = globalThis as unknown as { detector: Web.WebDetector };
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const { map, recMap, semMap, ...rest } = await detector.predict(bytes, options);
        return { ...rest, map: [...map], recMap: [...recMap], semMap: [...semMap] };
      },
      { base64: bytes.toString("base64"), options },
    );

  it.each(Object.keys(images))("gives the score, the maps and the verdict of Node: %s", async (name) => {
    const file = await images[name]!();
    for (const options of [{}, { class: "nut", falseAlarmRate: 0.25, size: "grid" as const }]) {
      const [found, expected] = [await inPage(file, options), await detector.predict(file, options)];
      expectClose([found.score], [expected.score], { rtol: 1e-3, atol: 0 }, "score");
      for (const map of ["map", "recMap", "semMap"] as const) expectClose(found[map], expected[map], { rtol: 1e-3, atol: 3e-4 }, map);
      expect(found).toMatchObject({ class: expected.class, classGiven: expected.classGiven, image: expected.image });
      expect(found.verdict).toEqual(expected.verdict);
    }
  });

  it("refuses what it cannot read, in words", async () => {
    const tiff = await texture(40, 40).tiff().toBuffer();
    await expect(inPage(tiff)).rejects.toThrow("image: this is a TIFF, which browsers do not read. Use PNG");
    await expect(inPage(Buffer.from("not an image"))).rejects.toThrow("image: this is a text file.");
    const cut = (await images["PNG with alpha"]!()).subarray(0, 900);
    await expect(inPage(cut)).rejects.toThrow("image: this PNG is damaged or truncated");
    await expect(inPage(await images["JPEG"]!(), { class: "bolt" })).rejects.toThrow("class: expected one of tile, nut, received bolt.");
  });

  it("refuses a bundle that is damaged, or not there", async () => {
    const open = (url: string) =>
      page.evaluate(async (url) => {
        const { openDetector } = globalThis as unknown as typeof Web;
        await openDetector(url);
      }, url);
    await expect(open("nowhere")).rejects.toThrow("model.json: cannot be fetched: the server answered 404.");
    await page.route("**/model/head-*", async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[body.length - 1]! ^= 1;
      await route.fulfill({ response, body });
    });
    await expect(open("model")).rejects.toThrow(/head-\w+\.onnx: is damaged: SHA-256/);
  });
});

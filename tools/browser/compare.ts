/**
 * Compares the scores of a bundle in Chromium with those of Node:
 *
 *   npx tsx --conditions=@ltad/source tools/browser/compare.ts MODEL IMAGE...
 */
import { readFile } from "node:fs/promises";
import { openDetector } from "@ltad/detector";
import type * as Web from "@ltad/detector/web";
import { webRuntimeFolder } from "@ltad/runtime";
import { buildForBrowser } from "./build-for-browser.js";
import { openChromium } from "./open-chromium.js";
import { serveFiles } from "./serve-files.js";

const [model = "", ...images] = process.argv.slice(2);
const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const detector = await openDetector(model);
const script = await buildForBrowser(`import { openDetector } from "@ltad/detector/web"; Object.assign(globalThis, { openDetector });`);
const index = '<!doctype html><script type="module" src="main.js"></script>';
const site = await serveFiles({ ...script, "/index.html": index, "/ort/": `${webRuntimeFolder()}/`, "/model/": `${model}/` }, isolated);
const browser = await openChromium(
  process.env["WEBGPU"] ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"] : [],
);
const page = await browser.newPage();
await page.goto(site.url);
const opened = await page.evaluate(
  async (providers) => {
    const { openDetector } = globalThis as unknown as typeof Web;
    const start = performance.now();
    const detector = await openDetector("model", { runtimeUrl: "/ort/", providers: providers as ("wasm" | "webgpu")[] });
    Object.assign(globalThis, { detector });
    return { ms: performance.now() - start, providers: detector.providers };
  },
  process.env["WEBGPU"] ? ["webgpu", "wasm"] : ["wasm"],
);
console.log(`opened in ${Math.round(opened.ms)} ms on ${opened.providers.join(", ")}`);
let [worst, differing, nodeMs, webMs] = [0, 0, 0, 0];
for (const image of images) {
  const bytes = await readFile(image);
  const expected = await detector.predict(bytes);
  const found = await page.evaluate(async (base64) => {
    const { detector } = globalThis as unknown as { detector: Web.WebDetector };
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const { score, class: name, verdict, timing } = await detector.predict(bytes);
    return { score, name, verdict, ms: timing.total };
  }, bytes.toString("base64"));
  const difference = Math.abs(found.score - expected.score) / Math.abs(expected.score);
  worst = Math.max(worst, difference);
  if (found.name !== expected.class || found.verdict?.isAnomalous !== expected.verdict?.isAnomalous) differing++;
  nodeMs += expected.timing.total;
  webMs += found.ms;
}
const mean = (sum: number) => Math.round(sum / images.length);
console.log(
  `${images.length} images: scores differ by ${worst.toExponential(1)} of their value at the most; ${differing} classes or verdicts differ`,
);
console.log(`${mean(nodeMs)} ms for an image in Node, ${mean(webMs)} ms in Chromium`);
await browser.close();
await site.close();
await detector.dispose();

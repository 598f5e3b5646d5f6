/**
 * Takes the pictures of the page for the docs, of a server that runs the demo's model:
 *
 *   npx ltad serve ltad-demo/model &
 *   npx tsx --conditions=@ltad/source tools/browser/screenshots.ts http://127.0.0.1:8080 ltad-demo/data
 */
import { join } from "node:path";
import sharp from "sharp";
import { root } from "../architecture/workspace.js";
import { openChromium } from "./open-chromium.js";

const [url = "http://127.0.0.1:8080", data = "ltad-demo/data"] = process.argv.slice(2);
const images = ["leather/test/good/000.png", "wood/test/scratch/000.png", "fabric/test/good/001.png", "brick/test/crack/001.png"];
const shots = [
  { name: "page-light", colorScheme: "light", width: 1200, scale: 1.25 },
  { name: "page-dark", colorScheme: "dark", width: 1200, scale: 1.25 },
  { name: "page-phone", colorScheme: "light", width: 360, scale: 2 },
] as const;

const browser = await openChromium();
for (const { name, colorScheme, width, scale } of shots) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 }, deviceScaleFactor: scale });
  await page.goto(url);
  await page.getByText("About this model").waitFor();
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles(images.map((image) => join(data, image)));
  const judged = page.locator(".tile .verdict.good, .tile .verdict.bad");
  await page.waitForFunction(
    (count) => document.querySelectorAll(".tile .verdict.good, .tile .verdict.bad").length === count,
    images.length,
    { timeout: 180_000 },
  );
  await judged.first().click();
  await page.mouse.move(0, 0);
  const picture = await page.screenshot({ fullPage: true });
  await sharp(picture)
    .webp({ quality: 82 })
    .toFile(join(root, "docs/images", `${name}.webp`));
  await page.close();
}
await browser.close();

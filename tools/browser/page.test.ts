import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import { writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import type * as axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium, openChromium } from "./open-chromium.js";
import { runServer } from "./run-server.js";

const noise = (seed: string, brightness: number) => {
  const data = Uint8Array.from(createRng(seed).uniforms(48 * 40 * 3, 0, 40), (value) => value + brightness);
  return sharp(data, { raw: { width: 48, height: 40, channels: 3 } })
    .png()
    .toBuffer();
};

describe.skipIf(noChromium)(`the page in Chromium${noChromium ? ` (${noChromium})` : ""}`, () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof runServer>>;
  let browser: Browser;
  let files: { name: string; mimeType: string; buffer: Buffer }[];
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ltad-page-"));
    const parts = tinyPartsByClass();
    const good = Array.from({ length: 40 }, (_, i) => 0.2 + i / 40);
    const decision = { falseAlarmRate: 0.05, classes: parts.manifest.classes.map(() => ({ good, limit: null })) };
    await writeBundle(folder, { ...parts, manifest: { ...parts.manifest, decision } });
    await writeFile(join(folder, "metrics.json"), JSON.stringify({ classes: { tile: { image_auroc: 0.987, pixel_ap: null } } }));
    server = await runServer("--bundle", folder, "--threads", "1", "--processes", "1");
    browser = await openChromium();
    files = [
      { name: "dark.png", mimeType: "image/png", buffer: await noise("a", 10) },
      { name: "=bright.png", mimeType: "image/png", buffer: await noise("b", 210) },
    ];
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  /** The page, with what its console says in `faults`. */
  const open = async (options: BrowserContextOptions = {}) => {
    const page = await browser.newPage(options);
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(server.url);
    await page.getByText("2 classes, sample at 32 px").waitFor();
    return page;
  };
  const give = async (page: Page, some = files) => {
    await page.locator("input[type=file]").first().setInputFiles(some);
    await page
      .locator(".tile .verdict:is(.good, .bad)")
      .nth(some.length - 1)
      .waitFor();
  };
  /** The pixels of S_rec and S_sem, coarsely: the device computes a little differently. */
  const pictures = (page: Page) =>
    page.locator(".parts canvas").evaluateAll((all) =>
      (all as HTMLCanvasElement[]).map((canvas) => {
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
        return [canvas.width, canvas.height, Math.round(data.reduce((sum, value) => sum + value, 0) / data.length)];
      }),
    );
  const verdicts = (page: Page) => page.locator(".tile .verdict").allTextContents();

  it("judges images on the server and on the device, with the same answers", async () => {
    const page = await open();
    await give(page);
    const scores = await page.locator(".tile .small").allTextContents();
    const words = await verdicts(page);
    const parts = await pictures(page);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("Run on this device").check();
    await page.getByText("runs on this device (WebAssembly)").waitFor();
    await give(page);
    expect(await page.locator(".tile .small").allTextContents()).toEqual(scores);
    expect(await verdicts(page)).toEqual(words);
    expect(await page.locator("figcaption").allTextContents()).toEqual([
      "S_rec: where it cannot be reconstructed",
      "S_sem: where it looks broken",
    ]);
    expect(await pictures(page)).toEqual(parts);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.close();
  });

  it("shows no parts where one is the same everywhere, as S_sem of the closed-form model is", async () => {
    const page = await open();
    await page.route("**/predict", async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { map_sem: { data: number[] } };
      answer.map_sem.data.fill(0.5);
      await route.fulfill({ response, json: answer });
    });
    await give(page, files.slice(0, 1));
    await page.getByText("S_sem is the same everywhere in this image: the heat map shows only S_rec.").waitFor();
    expect(await page.locator("figcaption").count()).toBe(0);
    await page.close();
  });

  it("says for each class whether the light or the camera has changed", async () => {
    const page = await open();
    await give(page, files.slice(1));
    const name = (await page.locator(".tile .small").first().textContent())!.split(" · ")[1]!;
    const line = page.getByRole("region", { name: "Has the light or the camera changed?" }).locator("div", { hasText: name });
    await line.getByText(/^Not known yet: \d+ of the 50 images that this check needs\.$/).waitFor();
    const send = () => fetch(`${server.url}/predict?class=${name}`, { method: "POST", body: new Uint8Array(files[1]!.buffer) });
    for (let i = 0; i < 50; i++) expect((await send()).status).toBe(200);
    await page.reload();
    await line
      .getByText(/^Yes, or the product has: \d+ of the last 50 images score (higher|lower) than the median of good images/)
      .waitFor();
    await page.close();
  });

  it("says why, where the score lies, and what the model is", async () => {
    const page = await open();
    await give(page, files.slice(0, 1));
    const result = page.getByRole("region", { name: "Result of dark.png" });
    expect(await result.textContent()).toMatch(/The score is (above|within) the limit of \w+, 1\.1/);
    expect(await result.getByRole("img", { name: /^40 good images of \w+ score from 0\.200 to 1\.1/ }).count()).toBe(1);
    await page.getByText("About this model").click();
    const row = page.getByRole("row", { name: /^tile/ });
    expect(await row.getByRole("cell").allTextContents()).toEqual(["40", "40", "1.15, promised", "98.7", "–"]);
    await page.close();
  });

  it("moves the limit, and says the rate that it means", async () => {
    const page = await open();
    await give(page, files.slice(0, 1));
    const slider = page.getByRole("slider", { name: /^Limit/ });
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/Moved by you: about 100 % of good images/);
    expect(await verdicts(page)).toEqual(["NOT OK"]);
    await page.getByRole("button", { name: /^Back to 1\.1/ }).click();
    expect(await slider.getAttribute("aria-valuetext")).toContain("At most 5 % of good images");
    await page.close();
  });

  it("filters results and saves them, and a spreadsheet finds no formula in a name", async () => {
    const page = await open();
    await give(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save CSV" }).click()]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    expect(lines.map((line) => line.split(",")[0])).toEqual(["file", "dark.png", "'=bright.png"]);
    await page.getByLabel("Show").selectOption({ label: "failed" });
    expect(await page.getByText("No results match this filter.").isVisible()).toBe(true);
    await page.close();
  });

  it("judges an image that is given while the drift is read", async () => {
    const page = await open();
    let goOn = () => {};
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const asked = page.waitForRequest(/\/drift\?/);
    await page.route(/\/drift\?/, (route) => held.then(() => route.continue()));
    await give(page, files.slice(0, 1));
    await asked;
    await give(page, files.slice(1, 2));
    await page.locator(".tile .verdict:is(.good, .bad)").nth(1).waitFor();
    expect(await verdicts(page)).toHaveLength(2);
    goOn();
    await page.close();
  });

  it("takes what is pasted, and says what is no image", async () => {
    const page = await open();
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
      dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    }, files[0]!.buffer.toString("base64"));
    await page.locator(".tile", { hasText: "pasted.png" }).waitFor();
    expect(await page.locator(".tile", { hasText: "pasted.png" }).count()).toBe(1);
    const broken = { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("not a picture") };
    await page.locator("input[type=file]").first().setInputFiles([broken]);
    await page
      .getByRole("status")
      .getByText(/this is a text file/)
      .waitFor();
    await page.close();
  });

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 360],
    ["dark", 360],
  ] as const)("has nothing that axe minds, and no sideways scrolling: %s, %i px", async (colorScheme, width) => {
    const page = await open({ colorScheme, viewport: { width, height: 800 } });
    await give(page);
    await page.getByText("About this model").click();
    // Through the debugger, which the policy of the page does not bind.
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });

  it("can be used without a mouse", async () => {
    const page = await open();
    await give(page);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const seen = new Set<string>();
    for (let i = 0; i < 25; i++) {
      await page.keyboard.press("Tab");
      seen.add(await page.evaluate(() => document.activeElement?.textContent || document.activeElement?.tagName || ""));
    }
    for (const name of ["Camera", "Save CSV", "Save JSON", "Clear", "About this model"]) expect([...seen]).toContain(name);
    await page.locator(".tile").nth(1).focus();
    await page.keyboard.press("Enter");
    expect(await page.locator(".tile").nth(1).getAttribute("aria-pressed")).toBe("true");
    await page.close();
  });

  it("keeps to its policy all the while", () => {
    expect(faults.filter((text) => !/422/.test(text))).toEqual([]);
  });
});

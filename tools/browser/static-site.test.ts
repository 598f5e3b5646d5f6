import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeBundle } from "@ltad/detector";
import { tinyPartsByClass } from "@ltad/detector/testing";
import { root } from "../architecture/workspace.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium, openChromium } from "./open-chromium.js";
import { serveFiles } from "./serve-files.js";

describe.skipIf(noChromium)(`a site of static files${noChromium ? ` (${noChromium})` : ""}`, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ltad-site-"));
    await writeBundle(join(folder, "model"), tinyPartsByClass());
    const options = ["--conditions=@ltad/source", "--import", import.meta.resolve("tsx")];
    const program = join(root, "examples/browser/make-site.ts");
    await promisify(execFile)(process.execPath, [...options, program, "model", "site"], { cwd: folder });
  });

  afterAll(() => rm(folder, { recursive: true }));

  it("judges an image in the browser, and sends it nowhere", async () => {
    const site = await serveFiles({ "/": `${folder}/site/` });
    const browser = await openChromium();
    const page = await browser.newPage();
    const sent: string[] = [];
    page.on("request", (request) => request.method() !== "GET" && sent.push(request.url()));
    await page.goto(site.url);
    const buffer = await sharp({ create: { width: 40, height: 30, channels: 3, background: "#c84" } })
      .png()
      .toBuffer();
    await page
      .locator("input[type=file]")
      .first()
      .setInputFiles([{ name: "part.png", mimeType: "image/png", buffer }]);
    const result = page.getByRole("region", { name: "Result of part.png" });
    await result.getByText("on this device").waitFor();
    expect(await result.textContent()).toContain("This model has no limits, so it only gives scores.");
    expect(await page.getByText("Images stay on this device.").isVisible()).toBe(true);
    expect(await page.getByLabel("Run on this device").count()).toBe(0);
    expect(sent).toEqual([]);
    await browser.close();
    await site.close();
  });
});

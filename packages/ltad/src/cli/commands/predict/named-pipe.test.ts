import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, it } from "vitest";
import { brightnessBundle } from "../../testing/brightness-bundle.js";
import { ltad, temporaryFolder } from "../../testing/test-io.js";

it.skipIf(process.platform === "win32")(
  "names a named pipe as not read, in a folder and by its path, and does not wait for it",
  async () => {
    const folder = await temporaryFolder();
    const model = await brightnessBundle(join(folder, "model"), ["tile"]);
    const images = join(folder, "images");
    await mkdir(images);
    await sharp({ create: { width: 40, height: 32, channels: 3, background: "#808080" } }).toFile(join(images, "a.png"));
    const pipe = join(images, "x.png");
    execFileSync("mkfifo", [pipe]);
    const inside = await ltad("predict", model, images, "--json");
    expect([inside.code, inside.stdout.trimEnd().split("\n").length]).toEqual([0, 1]);
    expect(inside.stderr).toMatch(/1 entry not scored, .*x\.png \(a named pipe, not a file\)\./);
    const given = await ltad("predict", model, pipe, join(images, "a.png"), "--json");
    expect([given.code, given.stdout.trimEnd().split("\n").length]).toEqual([3, 1]);
    expect(given.stderr).toMatch(/LTAD_IMAGE .*x\.png: this is a named pipe, not a file/);
  },
);

import { execFileSync } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng } from "@ltad/core";
import sharp, { type Sharp } from "sharp";
import { afterEach, describe, expect, it, vi } from "vitest";
import { makeFolder } from "../testing/make-folder.js";
import { readImageHeader } from "./open-image.js";

afterEach(() => vi.restoreAllMocks());

/** 300 x 200 pixels of noise that no format makes smaller than 64 KB; turned by EXIF. */
const noise = sharp(Uint8Array.from(createRng(1).uniforms(300 * 200 * 3, 0, 256)), { raw: { width: 300, height: 200, channels: 3 } });
const turned = (format: (image: Sharp) => Sharp) => format(noise.clone().withMetadata({ orientation: 6 })).toBuffer();

async function fileOf(content: Uint8Array): Promise<string> {
  expect(content.length).toBeGreaterThan(100_000);
  const file = join(await makeFolder({}), "image");
  await writeFile(file, content);
  return file;
}

/** Bytes that are read of a file on the way to its header. */
async function readOf(file: string) {
  const handle = await open(file);
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  const [parts, whole] = [vi.spyOn(prototype, "read"), vi.spyOn(prototype, "readFile")];
  await handle.close();
  const header = await readImageHeader(file);
  return { header, parts: parts.mock.calls.map((call) => (call as unknown[])[2]), whole: whole.mock.calls.length };
}

describe("readImageHeader", () => {
  it.each([
    ["png", (image: Sharp) => image.png()],
    ["jpeg", (image: Sharp) => image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" })],
  ] as const)("reads 64 KB of a large %s", async (format, write) => {
    const { header, parts, whole } = await readOf(await fileOf(await turned(write)));
    expect(header).toMatchObject({ format, width: 200, height: 300, depth: 8, hasAlpha: false });
    expect([parts, whole]).toEqual([[65_536], 0]);
  });

  it.each([
    ["webp", (image: Sharp) => image.webp({ lossless: true })],
    ["tiff", (image: Sharp) => image.tiff({ compression: "none" })],
  ] as const)("reads the whole of a large %s, which keeps its orientation behind its pixels", async (format, write) => {
    const { header, whole } = await readOf(await fileOf(await turned(write)));
    expect(header).toMatchObject({ format, width: 200, height: 300 });
    expect(whole).toBe(1);
  });

  it("reads the rest where a header is longer than 64 KB", async () => {
    const jpeg = await turned((image) => image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }));
    const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0xff, 0xff), Buffer.alloc(65_533, "x")]);
    const { header, parts, whole } = await readOf(await fileOf(Buffer.concat([jpeg.subarray(0, 2), comment, comment, jpeg.subarray(2)])));
    expect(header).toMatchObject({ format: "jpeg", width: 200, height: 300 });
    expect([parts, whole]).toEqual([[65_536], 1]);
  });

  it("gives the same header for the file and its bytes, and the same error", async () => {
    const file = await fileOf(await turned((image) => image.png()));
    expect(await readImageHeader(file)).toEqual(await readImageHeader(await readFile(file)));
    const text = await fileOf(Buffer.alloc(100_001, "text "));
    await expect(readImageHeader(text, { name: "a.png" })).rejects.toThrow(/^a\.png: this is a text file/);
    await expect(readImageHeader(text, { name: "a.png", maxBytes: 1000 })).rejects.toThrow(/it has 100001 bytes; expected/);
    await expect(readImageHeader(join(file, ".."))).rejects.toThrow("this is a folder");
    if (process.platform === "win32") return;
    const pipe = join(file, "..", "pipe.png"); // nobody writes to it
    execFileSync("mkfifo", [pipe]);
    await expect(readImageHeader(pipe)).rejects.toThrow("this is not a regular file");
  });
});

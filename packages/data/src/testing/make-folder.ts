import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { onTestFinished } from "vitest";

/** A grey PNG of one value. */
export async function png(width: number, height: number, value = 128): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background: { r: value, g: value, b: value } } })
    .png()
    .toBuffer();
}

/** A folder of files for one test, removed after it. Content null: a small valid PNG. */
export async function makeFolder(files: Readonly<Record<string, Uint8Array | string | null>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "ltad-data-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const small = await png(6, 4);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content ?? small);
  }
  return root;
}

/** Paths `CLASS/train/good/000.png` ... of these counts. */
export function trainingFiles(counts: Readonly<Record<string, number>>): Record<string, null> {
  const entries = Object.entries(counts).flatMap(([name, n]) =>
    Array.from({ length: n }, (_, i) => [`${name}/train/good/${String(i).padStart(3, "0")}.png`, null] as const),
  );
  return Object.fromEntries(entries);
}

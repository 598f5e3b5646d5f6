import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRng } from "@ltad/core";
import sharp from "sharp";

/** Images of each kind in a class. */
export interface TinyClass {
  readonly train: number;
  readonly good: number;
  readonly defect: number;
}

const [width, height] = [40, 32];

/**
 * Writes a data set of noisy grey images; defective ones have a white square, and a mask of it. Defect k has its square k pixels to the right.
 */
export async function tinyDataset(root: string, classes: Readonly<Record<string, TinyClass>>): Promise<string> {
  for (const [name, { train, good, defect }] of Object.entries(classes)) {
    const grey = 60 + 20 * Object.keys(classes).indexOf(name);
    for (let i = 0; i < train; i++) await write(join(root, name, "train/good", `${i}.png`), texture(grey, i));
    for (let i = 0; i < good; i++) await write(join(root, name, "test/good", `${i}.png`), texture(grey, 100 + i));
    for (let i = 0; i < defect; i++) {
      await write(join(root, name, "test/spot", `${i}.png`), withSquare(texture(grey, 200 + i), i));
      await write(join(root, name, "ground_truth/spot", `${i}_mask.png`), withSquare(new Uint8Array(width * height), i));
    }
  }
  return root;
}

async function write(file: string, grey: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await sharp(grey, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(file);
}

function texture(level: number, seed: number): Uint8Array {
  const rng = createRng(`${level}/${seed}`);
  return Uint8Array.from({ length: width * height }, () => level + rng.integer(12));
}

function withSquare(grey: Uint8Array, shift: number): Uint8Array {
  for (let y = 8; y < 16; y++) grey.fill(255, y * width + 8 + shift, y * width + 16 + shift);
  return grey;
}

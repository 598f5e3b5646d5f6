import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { createRng, type Rng } from "@ltad/core";

/** Side of a map in pixels. */
export const side = 512;
/** Regions of each defective image; every second image is defective. */
const perImage = 4;

/** Writes maps.f32 [n, 512, 512] and masks.u8 of the same shape: smooth noise, and discs where it is raised, four an image in every second one. */
export async function makeMaps(folder: string, images: number, seed: number): Promise<void> {
  const [maps, masks] = [createWriteStream(`${folder}/maps.f32`), createWriteStream(`${folder}/masks.u8`)];
  for (let i = 0; i < images; i++) {
    const rng = createRng(`${seed}/${i}`);
    const mask = i % 2 === 0 ? discs(rng) : new Uint8Array(side * side);
    const map = noise(rng, mask);
    if (!maps.write(new Uint8Array(map.buffer))) await once(maps, "drain");
    if (!masks.write(mask)) await once(masks, "drain");
  }
  await Promise.all([maps, masks].map((file) => new Promise((done) => file.end(done))));
}

/** A disc in each quarter. */
function discs(rng: Rng): Uint8Array {
  const mask = new Uint8Array(side * side);
  for (let k = 0; k < perImage; k++) {
    const radius = 12 + rng.integer(30);
    const [cx, cy] = [(k % 2) * 256 + 60 + rng.integer(130), Math.floor(k / 2) * 256 + 60 + rng.integer(130)];
    for (let y = cy - radius; y <= cy + radius; y++)
      for (let x = cx - radius; x <= cx + radius; x++) if ((x - cx) ** 2 + (y - cy) ** 2 <= radius * radius) mask[y * side + x] = 1;
  }
  return mask;
}

/** Noise on a coarse grid, enlarged bilinearly, with fine noise on top. */
function noise(rng: Rng, mask: Uint8Array): Float32Array {
  const cells = 33;
  const coarse = rng.normals(cells * cells);
  const map = new Float32Array(side * side);
  for (let y = 0; y < side; y++) {
    const [row, v] = [Math.floor(y / 16), (y % 16) / 16];
    for (let x = 0; x < side; x++) {
      const [column, u] = [Math.floor(x / 16), (x % 16) / 16];
      const at = (r: number, c: number) => coarse[(row + r) * cells + column + c]!;
      const smooth = (1 - v) * ((1 - u) * at(0, 0) + u * at(0, 1)) + v * ((1 - u) * at(1, 0) + u * at(1, 1));
      map[y * side + x] = 2 + smooth + 0.05 * rng.uniform() + 1.6 * mask[y * side + x]!;
    }
  }
  return map;
}

/**
 * Squashes a mask to size x size by the nearest pixel with half-pixel centres: output i takes input floor((i + 0.5) * in / out).
 * @param mask [height, width]
 * @returns [size, size]
 */
export function resizeMask(mask: Uint8Array, width: number, height: number, size: number): Uint8Array {
  const out = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    const row = Math.floor(((y + 0.5) * height) / size) * width;
    for (let x = 0; x < size; x++) out[y * size + x] = mask[row + Math.floor(((x + 0.5) * width) / size)]!;
  }
  return out;
}

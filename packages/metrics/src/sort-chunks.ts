const bits = 11;
const buckets = 1 << bits;

/**
 * Sorts unsigned 32-bit keys that lie in chunks, by three passes over 11 bits each. Empties the list of chunks as it goes:
 * at most two copies of the keys are alive, 8 bytes a key.
 * @returns all keys, ascending
 */
export function sortChunks(chunks: Uint32Array[]): Uint32Array {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const starts = [0, 1, 2].map((pass) => bucketStarts(chunks, pass * bits));
  let from = new Uint32Array(total);
  for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) scatter(chunk, from, starts[0] as Uint32Array, 0);
  let to = new Uint32Array(total);
  for (const pass of [1, 2]) {
    scatter(from, to, starts[pass] as Uint32Array, pass * bits);
    [from, to] = [to, from];
  }
  return from;
}

function bucketStarts(chunks: readonly Uint32Array[], shift: number): Uint32Array {
  const starts = new Uint32Array(buckets);
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      const bucket = ((chunk[i] as number) >>> shift) & (buckets - 1);
      starts[bucket] = (starts[bucket] as number) + 1;
    }
  }
  for (let b = 0, sum = 0; b < buckets; b++) {
    const count = starts[b] as number;
    starts[b] = sum;
    sum += count;
  }
  return starts;
}

/** Moves keys to their buckets, in order. `next`: the next free place of every bucket; it moves on. */
function scatter(from: Uint32Array, to: Uint32Array, next: Uint32Array, shift: number): void {
  for (let i = 0; i < from.length; i++) {
    const key = from[i] as number;
    const bucket = (key >>> shift) & (buckets - 1);
    const place = next[bucket] as number;
    next[bucket] = place + 1;
    to[place] = key;
  }
}

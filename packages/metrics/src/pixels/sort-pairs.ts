const bits = 11;
const buckets = 1 << bits;

/** [n] keys, and the value that belongs to each. */
export interface Pairs {
  readonly keys: Uint32Array;
  readonly values: Uint32Array;
}

/** Sorts pairs by key, ascending, in three passes over 11 bits each. Equal keys keep their order. The given arrays are overwritten. */
export function sortPairs(pairs: Pairs): Pairs {
  let from = pairs;
  let to: Pairs = { keys: new Uint32Array(pairs.keys.length), values: new Uint32Array(pairs.keys.length) };
  for (const shift of [0, bits, 2 * bits]) {
    scatter(from, to, shift);
    [from, to] = [to, from];
  }
  return from;
}

function scatter(from: Pairs, to: Pairs, shift: number): void {
  const next = bucketStarts(from.keys, shift);
  for (let i = 0; i < from.keys.length; i++) {
    const key = from.keys[i]!;
    const bucket = (key >>> shift) & (buckets - 1);
    const place = next[bucket]!;
    next[bucket] = place + 1;
    to.keys[place] = key;
    to.values[place] = from.values[i]!;
  }
}

/** Where each bucket begins. */
function bucketStarts(keys: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(buckets);
  for (let i = 0; i < keys.length; i++) {
    const bucket = (keys[i]! >>> shift) & (buckets - 1);
    starts[bucket] = starts[bucket]! + 1;
  }
  for (let b = 0, sum = 0; b < buckets; b++) {
    const count = starts[b]!;
    starts[b] = sum;
    sum += count;
  }
  return starts;
}

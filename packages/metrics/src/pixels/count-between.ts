/** How many keys are processed together: few enough for a small buffer, and enough to fill its buckets. */
const groupSize = 1 << 22;
/** How many steps of the table share a bucket, as a shift. The part of table, marks and counts that one bucket needs fits the first-level cache. */
const bucketBits = 11;
/** The upper bits of a key (sign, exponent and 3 bits of the mantissa) name a cell, and each cell has a table of its own. */
const cellShift = 20;
const cells = 1 << (32 - cellShift);

/**
 * Counts where keys lie among sorted distinct marks, without sorting the keys. Ranking metrics need no more of the good pixels, because between two
 * scores of defect pixels only the number of false alarms changes. A table that is finer where the marks are denser leaves hardly any search.
 * Keys are first brought into coarse order, so that consecutive keys use neighbouring counters.
 * @param chunks keys in any order
 * @param marks [m] ascending, distinct
 * @returns [2m + 1]; at 2j the keys strictly between mark j-1 and mark j, at 2j + 1 those equal to mark j
 */
export function countBetween(chunks: readonly Uint32Array[], marks: Uint32Array): Uint32Array {
  const counts = new Uint32Array(2 * marks.length + 1);
  const table = tableOf(marks);
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const buffer = new Uint32Array(Math.min(total, groupSize));
  for (const group of groupsOf(chunks)) countKeys(coarselySorted(group, table, buffer), table, counts);
  return counts;
}

/** The key space in ascending steps. Each cell is cut into a power of two of them, about four for each of its marks. */
interface Table {
  /** [m + 1] the marks, and one above all keys. */
  readonly marks: Uint32Array;
  /** [cells] first step of each cell. */
  readonly base: Uint32Array;
  /** [cells] how many low bits of a key one step spans. */
  readonly shift: Uint8Array;
  /** [steps + 1] first mark in each step. */
  readonly starts: Uint32Array;
}

function tableOf(given: Uint32Array): Table {
  const marks = new Uint32Array(given.length + 1);
  marks.set(given);
  marks[given.length] = 0xffffffff; // the key of a NaN, which never occurs
  const [base, shift, within] = [new Uint32Array(cells), new Uint8Array(cells), new Uint32Array(cells)];
  for (let j = 0; j < given.length; j++) {
    const cell = given[j]! >>> cellShift;
    within[cell] = within[cell]! + 1;
  }
  let steps = 0;
  for (let cell = 0; cell < cells; cell++) {
    const bits = within[cell] === 0 ? 0 : Math.min(cellShift, 34 - Math.clz32(within[cell]!));
    base[cell] = steps;
    shift[cell] = cellShift - bits;
    steps += 1 << bits;
  }
  const starts = new Uint32Array(steps + 1);
  for (let j = 0, step = 0; j <= given.length; j++) {
    const own = j < given.length ? stepOf(marks[j]!, base, shift) : steps;
    while (step <= own) starts[step++] = j;
  }
  return { marks, base, shift, starts };
}

function stepOf(key: number, base: Uint32Array, shift: Uint8Array): number {
  const cell = key >>> cellShift;
  return base[cell]! + ((key & ((1 << cellShift) - 1)) >>> shift[cell]!);
}

/** Chunks in groups of at most {@link groupSize} keys; large ones are cut. */
function* groupsOf(chunks: readonly Uint32Array[]): Generator<Uint32Array[]> {
  let [group, size] = [[] as Uint32Array[], 0];
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + groupSize - size);
      group.push(part);
      size += part.length;
      at += part.length;
      if (size < groupSize) continue;
      yield group;
      [group, size] = [[], 0];
    }
  }
  if (size > 0) yield group;
}

/** Writes the keys of a group into the buffer, in the order of their buckets. */
function coarselySorted(group: readonly Uint32Array[], { base, shift, starts }: Table, buffer: Uint32Array): Uint32Array {
  const next = new Uint32Array((starts.length >>> bucketBits) + 2);
  let size = 0;
  for (const keys of group) {
    size += keys.length;
    for (let i = 0; i < keys.length; i++) {
      const bucket = (stepOf(keys[i]!, base, shift) >>> bucketBits) + 1;
      next[bucket] = next[bucket]! + 1;
    }
  }
  for (let b = 1; b < next.length; b++) next[b] = next[b]! + next[b - 1]!;
  for (const keys of group) {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const bucket = stepOf(key, base, shift) >>> bucketBits;
      const place = next[bucket]!;
      next[bucket] = place + 1;
      buffer[place] = key;
    }
  }
  return buffer.subarray(0, size);
}

function countKeys(keys: Uint32Array, { marks, base, shift, starts }: Table, counts: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const step = stepOf(key, base, shift);
    let first = starts[step]!;
    let end = starts[step + 1]!;
    while (first < end) {
      const middle = (first + end) >>> 1;
      if (marks[middle]! < key) first = middle + 1;
      else end = middle;
    }
    const place = 2 * first + (marks[first] === key ? 1 : 0);
    counts[place] = counts[place]! + 1;
  }
}

/** For fewer numbers the engine's own sort is as fast. */
const few = 2048;
/** How many numbers a bucket has on average: few enough for insertion sort, and enough to keep the table of buckets in a cache. */
const perBucket = 4;
/** A bucket with more numbers is sorted by the engine. */
const large = 64;

/**
 * Sorts finite float64 numbers, ascending: into equally wide buckets between the smallest and the largest, then by insertion. It is three times as
 * fast as the engine's sort for typical scores, and hardly slower when nearly all of them fall into one bucket.
 * @param values are sorted in place when there are few of them
 * @returns the sorted numbers, in the same array or a new one
 */
export function sortFloat64(values: Float64Array): Float64Array {
  const [low, high] = extremes(values);
  const buckets = Math.ceil(values.length / perBucket);
  const scale = (buckets - 1) / (high - low);
  if (values.length < few || !(scale > 0 && scale < Infinity)) return values.sort();
  const ends = new Uint32Array(buckets + 1);
  for (let i = 0; i < values.length; i++) {
    const bucket = ((values[i]! - low) * scale) | 0; // rounding keeps the order
    ends[bucket + 1] = ends[bucket + 1]! + 1;
  }
  for (let b = 1; b < ends.length; b++) ends[b] = ends[b]! + ends[b - 1]!;
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const bucket = ((value - low) * scale) | 0;
    const place = ends[bucket]!;
    ends[bucket] = place + 1;
    out[place] = value;
  }
  for (let b = 0, begin = 0; b < buckets; b++) {
    const end = ends[b]!; // filling the bucket has moved this to its end
    if (end - begin > large) out.subarray(begin, end).sort();
    begin = end;
  }
  return insertionSort(out);
}

function extremes(values: Float64Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Fast for numbers that are nearly in order. */
function insertionSort(values: Float64Array): Float64Array {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let j = i;
    for (; j > 0 && values[j - 1]! > value; j--) values[j] = values[j - 1]!;
    values[j] = value;
  }
  return values;
}

const surrogate = /[\ud800-\udfff]/;

/** Compares names by code point: the same order on every machine and in every locale. */
export function byCodePoint(a: string, b: string): number {
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : a > b ? 1 : 0; // UTF-16 keeps their order
  return Buffer.compare(Buffer.from(a), Buffer.from(b)); // UTF-8 keeps the order of all code points
}

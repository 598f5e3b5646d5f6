/** A share from 0 to 1 as a percentage with one decimal, without the sign: 0.9137 -> "91.4". A missing value becomes a dash. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : (100 * value).toFixed(1);
}

/** A number with about three significant digits: 0.00123, 12.3, 1,234. */
export function short(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  if (size >= 0.001) return String(Number(value.toPrecision(3)));
  return value.toExponential(1);
}

/** A count with separated thousands: 12345 -> "12,345". */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A duration in seconds as people read it: "0.4 s", "38 s", "4 min 02 s", "1 h 05 min". */
export function seconds(value: number): string {
  if (value < 9.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** A path or name that is safe to print: characters that control a terminal or cannot be seen are written as escapes. */
export function shown(name: string): string {
  return name.replace(hidden, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** True when a name contains characters that cannot be seen or that reverse the direction of the text. */
export function hasHidden(name: string): boolean {
  return name.search(hidden) >= 0;
}

// Controls, line separators, zero-width marks and bidirectional overrides.
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** "1 image", "2 images". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/**
 * Combines equal remarks about many classes into one line, `a, b, c and 297 more: ...`.
 * @param remarks usually `class: remark`; a remark without a colon stays as it is
 * @param few up to this many equal remarks keep a line each
 */
export function foldRemarks(remarks: readonly string[], few = 5): string[] {
  const groups = new Map<string, string[]>();
  for (const remark of remarks) {
    const at = remark.indexOf(": ");
    const text = at < 0 ? remark : remark.slice(at);
    groups.set(text, [...(groups.get(text) ?? []), at < 0 ? "" : remark.slice(0, at)]);
  }
  return [...groups].flatMap(([text, names]) =>
    names.length <= few || names[0] === ""
      ? names.map((name) => name + text)
      : [`${names.slice(0, 3).join(", ")} and ${count(names.length - 3)} more${text}`],
  );
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** A path or name as it may appear in a message: control characters, which could drive a terminal, are written as escapes. */
export function shown(name: string): string {
  return name.replace(hidden, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** True when a name holds characters that are not seen or that turn the text around. */
export function hasHidden(name: string): boolean {
  return name.search(hidden) >= 0;
}

// Controls, line separators, zero-width marks and bidirectional overrides.
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

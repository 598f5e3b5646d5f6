/**
 * The text of a file that a person or a program of another system wrote: UTF-8; UTF-16 where a byte order mark or the zeros of Latin letters say so
 * (PowerShell, "Unicode text" of Excel); else Windows-1252, the "ANSI" of Windows programs. The mark is removed.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" {
  const [first = 1, second = 1] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (second === 0 && bytes.length % 2 === 0 && first !== 0) return "utf-16le";
  if (first === 0 && bytes.length % 2 === 0 && second !== 0) return "utf-16be";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

import { bytes as bytesRule } from "./check/numbers.js";
import { check } from "./check/rule.js";

/**
 * Decodes a text file from any system and returns the text without its byte order mark. The text is read as
 * - UTF-16 if it begins with a byte order mark or with a Latin letter beside a zero byte (PowerShell, "Unicode text" of Excel),
 * - UTF-8 if its bytes are valid UTF-8,
 * - Windows-1252 otherwise, which Windows programs call "ANSI".
 */
export function decodeText(bytes: Uint8Array): string {
  check("decodeText", { bytes }, { bytes: bytesRule });
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

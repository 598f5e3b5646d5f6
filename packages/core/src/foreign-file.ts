import { bytes } from "./check/numbers.js";
import { check } from "./check/rule.js";

/**
 * Recognises, by the first bytes of a file, that a download brought a web page or a Git LFS pointer instead of weights.
 * @param head the first 64 bytes or more
 * @returns what the file is and what to do about it, for an error message; undefined when it is neither
 */
export function foreignFile(head: Uint8Array): string | undefined {
  check("foreignFile", { head }, { head: bytes });
  const text = String.fromCharCode(...head.subarray(0, 64)).trimStart();
  if (text.startsWith("version https://git-lfs")) return "it is a Git LFS pointer, the file itself was not fetched; run git lfs pull";
  if (/^(<!doctype|<html|<\?xml|<head)/i.test(text)) return "it is a web page, not the file; download the file itself";
  return undefined;
}

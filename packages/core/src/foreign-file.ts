/**
 * Recognises by the first bytes of a file what a download left instead of weights: a description for an error, with what to do.
 * @returns undefined when it is neither a web page nor a pointer
 */
export function foreignFile(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, 64)).trimStart();
  if (text.startsWith("version https://git-lfs")) return "it is a Git LFS pointer, the file itself was not fetched; run git lfs pull";
  if (/^(<!doctype|<html|<\?xml|<head)/i.test(text)) return "it is a web page, not the file; download the file itself";
  return undefined;
}

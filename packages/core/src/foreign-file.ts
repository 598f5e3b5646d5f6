/**
 * What downloads leave in place of weights, by the first bytes of a file: words for an error, with what to do.
 * @returns undefined when it is neither a web page nor a pointer
 */
export function foreignFile(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head.subarray(0, 64)).trimStart();
  if (text.startsWith("version https://git-lfs")) return "it is a Git LFS pointer, the file itself was not fetched; run git lfs pull";
  if (/^(<!doctype|<html|<\?xml|<head)/i.test(text)) return "it is a web page, not the file; download the file itself";
  return undefined;
}

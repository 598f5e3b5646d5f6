/**
 * A line of a docstring, with shapes that Markdown leaves as they are: "[B, C]: its mean" would be the definition of a link,
 * and the stars of "[H*W*4]" would be emphasis.
 */
export function plainBrackets(line: string): string {
  const parts = line.replace(/^(\s*\/?\*+ )(\[[^\]]*\]:)/, "$1\\$2").split(/(`[^`]*`)/);
  return parts.map((part) => (part.startsWith("`") ? part : part.replace(/(\w)\*(?=\w)/g, "$1\\*"))).join("");
}

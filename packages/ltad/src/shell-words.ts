/** A command line that can be pasted into a shell: words that need it are quoted. */
export function shellWords(words: readonly (string | number)[]): string {
  return words.map((word) => quoted(String(word))).join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * Says which names of classes read alike, such as `Bolt` and `bolt`, as `scanDataset` says it of the classes of a data set.
 * @returns a sentence for each group of them
 */
export function similarClasses(names: readonly string[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const name of names) groups.set(asRead(name), (groups.get(asRead(name)) ?? new Set()).add(name));
  return [...groups.values()].filter(({ size }) => size > 1).map(sentence);
}

function sentence(names: ReadonlySet<string>): string {
  return `${[...names].sort().join(", ")}: these names differ only in capital letters, spaces, hyphens or the form of their characters, and each is a class of its own. If they are one product, give all its images the same class name.`;
}

/** A name as it is read: one case, one form of each character, one kind of gap. */
function asRead(name: string): string {
  const letters = name.normalize("NFKC").toUpperCase().toLowerCase();
  return letters.replaceAll(/[\s_\p{Pd}]+/gu, " ").trim();
}

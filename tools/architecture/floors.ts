/** Packages by name, with the packages that each imports. */
export type Arrows = Readonly<Record<string, readonly string[]>>;

/** Packages by floor: the ground floor imports nothing, every other package stands one above the highest that it imports. */
export function floors(arrows: Arrows): string[][] {
  const levels = new Map<string, number>();
  const level = (name: string): number => {
    const known = levels.get(name);
    if (known !== undefined) return known;
    const found = 1 + Math.max(-1, ...(arrows[name] ?? []).map(level));
    levels.set(name, found);
    return found;
  };
  const all: string[][] = [];
  for (const name of Object.keys(arrows)) (all[level(name)] ??= []).push(name);
  return all.map((names) => names.sort((a, b) => a.localeCompare(b)));
}

/** The arrows that no chain of others already says: what a drawing needs. */
export function direct(arrows: Arrows): Arrows {
  const reach = (name: string): Set<string> => new Set((arrows[name] ?? []).flatMap((below) => [below, ...reach(below)]));
  return Object.fromEntries(
    Object.entries(arrows).map(([name, below]) => [
      name,
      below.filter((one) => !below.some((other) => other !== one && reach(other).has(one))),
    ]),
  );
}

import type { Split } from "@ltad/data";

/** Training images of each class. */
export function classCounts({ classes }: Split): Readonly<Record<string, number>> {
  return Object.fromEntries(classes.map(({ name, train }) => [name, train.length]));
}

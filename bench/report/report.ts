/** Numbers that should be reached: some at the least, others at the most. */
export interface Targets {
  readonly atLeast?: Readonly<Record<string, number>>;
  readonly atMost?: Readonly<Record<string, number>>;
}

/** Prints each target next to what was measured, and then the line of JSON that ends a bench. Targets without a figure were not measured. */
export function report(name: string, figures: Readonly<Record<string, number>>, { atLeast = {}, atMost = {} }: Targets = {}): void {
  const all = [...rows(figures, atLeast, "at least"), ...rows(figures, atMost, "at most")];
  if (all.length > 0) {
    const width = Math.max(...all.map((row) => row.key.length));
    console.log(`\n${"target".padEnd(width)}    measured              wanted`);
    for (const { key, found, bound, wanted, isMet } of all)
      console.log(
        `${key.padEnd(width)}  ${short(found).padStart(10)}  ${`${bound} ${short(wanted)}`.padStart(18)}  ${isMet ? "met" : "MISSED"}`,
      );
  }
  const targets = Object.fromEntries(all.map(({ key, wanted }) => [key, wanted]));
  const met = Object.fromEntries(all.map(({ key, isMet }) => [key, isMet]));
  console.log(JSON.stringify({ name, figures, targets, met }));
}

function rows(figures: Readonly<Record<string, number>>, targets: Readonly<Record<string, number>>, bound: "at least" | "at most") {
  return Object.entries(targets).flatMap(([key, wanted]) => {
    const found = figures[key];
    if (found === undefined) return [];
    return [{ key, found, bound, wanted, isMet: bound === "at least" ? found >= wanted : found <= wanted }];
  });
}

/** Three digits, or all of a whole number. */
const short = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

import { count, plural, short } from "@ltad/core/format";
import { limitOf, type Limit, type Manifest } from "@ltad/detector";
import { textTable } from "../../table.js";

type Decision = NonNullable<Manifest["decision"]>;

/** The limit of a class. */
export interface LimitRow extends Limit {
  readonly class: string;
  readonly good: readonly number[];
  /** The last evaluation has found that the class's rate does not hold. */
  readonly isDoubted: boolean;
}

/**
 * The limits of all classes, in the order of the model.
 * @param doubted classes whose rate the last evaluation has found not to hold
 */
export function limitRows(
  { classes, decision }: Pick<Manifest, "classes"> & { readonly decision: Decision },
  doubted: ReadonlySet<string> = new Set(),
): LimitRow[] {
  return classes.map(({ name }, label) => {
    return { class: name, good: decision.classes[label]!.good, ...limitOf(decision, label), isDoubted: doubted.has(name) };
  });
}

/** For people: what each limit rests on, in words. */
export function limitTable({ falseAlarmRate }: Decision, rows: readonly LimitRow[]): string {
  const table = textTable(
    ["class", "good images", "limit"],
    rows.map((row) => [row.class, count(row.good.length), String(Number(row.limit.toPrecision(4)))]),
  );
  const words = ["what the limit promises", ...rows.map((row) => promiseOf(row, falseAlarmRate))];
  const lines = table.split("\n").map((line, i) => `${line}  ${words[i]}`);
  return [...lines, "", `Target false-alarm rate: ${share(falseAlarmRate)} of good images may be NOT OK.`].join("\n");
}

/** What a limit promises, in words. */
export function promiseOf({ basis, good, limit, falseAlarmRate, isDoubted }: Omit<LimitRow, "class">, rate: number): string {
  if (isDoubted && basis !== "set") return `not promised: ${share(rate)} did not hold when \`ltad eval\` last tested it`;
  if (basis === "promised") return `promised: at most ${share(rate)} of good images like these are NOT OK`;
  if (basis === "set") {
    const above = good.filter((score) => score > limit).length;
    return `set by hand: ${count(above)} of ${plural(good.length, "good image")} ${above === 1 ? "is" : "are"} above it`;
  }
  const needs = `needs ${plural(Math.ceil(1 / rate - 1e-9) - 1, "good image")} of this class`;
  if (falseAlarmRate >= 1)
    return `not known: no class has two good images, of which one tests the other; a promise of ${share(rate)} ${needs}`;
  return `estimated from all classes: about ${share(falseAlarmRate)}; a promise${falseAlarmRate > rate ? ` of ${share(rate)}` : ""} ${needs}`;
}

/** For programs. */
export function limitsJson({ falseAlarmRate }: Decision, rows: readonly LimitRow[]) {
  return {
    false_alarm_rate: falseAlarmRate,
    classes: rows.map(({ class: name, good, limit, basis, falseAlarmRate: own, isDoubted }) => ({
      class: name,
      good_images: good.length,
      limit,
      basis,
      false_alarm_rate: own,
      ...(isDoubted && { is_doubted: true }),
    })),
  };
}

function share(rate: number): string {
  return `${short(100 * rate)} %`;
}

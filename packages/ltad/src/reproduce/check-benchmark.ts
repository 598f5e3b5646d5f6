import { LtadError } from "@ltad/core";
import { plural } from "@ltad/core/format";
import { type ClassData, type Dataset, isGood, masksOf, type TestItem } from "@ltad/data";
import { type Benchmark, benchmarks, quantities, type Quantity } from "./benchmarks.js";

/**
 * Compares a data set with the one that the paper used.
 * @returns what is missing, in sentences; none for the whole data set
 * @throws LtadError `LTAD_DATA` for another data set or another arrangement, or when there is nothing to test
 */
export function checkBenchmark(benchmark: Benchmark, dataset: Dataset): string[] {
  const { classes } = dataset;
  const others = classes.map(({ name }) => name).filter((name) => !Object.hasOwn(benchmark.classes, name));
  if (others.length === classes.length) throw otherData(benchmark, dataset);
  if (others.length > 0)
    throw fault(
      dataset,
      `${listed(others)} ${others.length === 1 ? "is not a class" : "are not classes"} of ${benchmark.title}. Move ${others.length === 1 ? "it" : "them"} out.`,
    );
  if (!benchmark.layouts.includes(dataset.layout)) throw otherLayout(benchmark, dataset);
  for (const [kind, isOfKind] of testKinds)
    if (!classes.some(({ test }) => test.some(isOfKind)))
      throw fault(dataset, `there are no ${kind} test images, so nothing can be measured. Give the folder of the whole data set.`);
  const missing = Object.keys(benchmark.classes).filter((name) => !classes.some((found) => found.name === name));
  return [
    ...(missing.length > 0
      ? [`${missing.length} of ${Object.keys(benchmark.classes).length} classes are missing: ${missing.join(", ")}.`]
      : []),
    ...classes.flatMap((found) => shortOf(found, benchmark)),
  ];
}

const testKinds: readonly (readonly [kind: string, isOfKind: (item: TestItem) => boolean])[] = [
  ["good", isGood],
  ["defective", (item) => !isGood(item)],
];

function shortOf(data: ClassData, { classes, title }: Benchmark): string[] {
  const expected = classes[data.name]!;
  const counts = (Object.keys(expected) as Quantity[]).flatMap((key) => {
    const { of, unit } = quantities[key];
    return of(data) === expected[key] ? [] : [`${of(data)} ${unit} instead of ${expected[key]}`];
  });
  const bare = data.test.filter((item) => !isGood(item) && masksOf(item).length === 0).length;
  return [
    ...(counts.length > 0 ? [`${data.name}: ${counts.join(", ")} (${title}).`] : []),
    ...(bare > 0 ? [`${data.name}: ${plural(bare, "defective test image")} without a mask.`] : []),
  ];
}

function otherData(benchmark: Benchmark, dataset: Dataset): LtadError {
  const names = dataset.classes.map(({ name }) => name);
  const other = Object.values(benchmarks).find(({ classes }) => names.some((name) => Object.hasOwn(classes, name)));
  const hint = other === undefined ? "" : ` This looks like ${other.title}: ltad reproduce ${other.name}.`;
  const expected = listed(Object.keys(benchmark.classes));
  return fault(dataset, `expected the classes of ${benchmark.title} (${expected}), found ${listed(names)}.${hint}`);
}

function otherLayout(benchmark: Benchmark, dataset: Dataset): LtadError {
  const [own] = benchmark.layouts;
  return fault(
    dataset,
    `the classes are those of ${benchmark.title}, but the folders are read as the layout ${dataset.layout}; expected ${own}, as ${benchmark.title} is distributed. Otherwise its test images cannot be identified.`,
  );
}

const mostListed = 4;

function listed(names: readonly string[]): string {
  return names.length <= mostListed
    ? names.join(", ")
    : `${names.slice(0, mostListed - 1).join(", ")} and ${names.length - mostListed + 1} more`;
}

function fault({ root }: Dataset, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${root}: ${why}`, { details: { file: root } });
}

import { type ClassData, isGood } from "@ltad/data";
import type { BenchmarkName } from "./benchmark-names.js";
import { nothingPublished, type PublishedTable, publishedMvtec } from "./published-numbers.js";

/** What is counted in a class to find out whether it is the whole class. */
export const quantities = {
  train: { of: ({ train }: ClassData) => train.length, unit: "good images to train on" },
  good: { of: ({ test }: ClassData) => test.filter(isGood).length, unit: "good test images" },
  defective: { of: ({ test }: ClassData) => test.filter((item) => !isGood(item)).length, unit: "defective test images" },
  test: { of: ({ test }: ClassData) => test.length, unit: "test images" },
  allGood: { of: ({ train, test }: ClassData) => train.length + test.filter(isGood).length, unit: "good images in total" },
} as const;
export type Quantity = keyof typeof quantities;
export type ClassSize = Readonly<Partial<Record<Quantity, number>>>;

/** A data set of the paper: how it is arranged, what it holds, and what has been published about it. */
export interface Benchmark {
  readonly name: BenchmarkName;
  readonly title: string;
  /** Layouts in which it is distributed, or into which its own tools bring it. */
  readonly layouts: readonly string[];
  /** The classes by name, in the order that the splits use. */
  readonly classes: Readonly<Record<string, ClassSize>>;
  /** What has been published about a split; null for a split that the paper does not have. */
  readonly published: (split: string) => PublishedTable | null;
}

/** Classes from counts of training images, good and defective test images. */
function sizes(counts: Readonly<Record<string, readonly [train: number, good: number, defective: number]>>): Benchmark["classes"] {
  return Object.fromEntries(Object.entries(counts).map(([name, [train, good, defective]]) => [name, { train, good, defective }]));
}

/** @see UniAD's train.json, and the paper of MVTec AD */
const mvtec: Benchmark = {
  name: "mvtec",
  title: "MVTec AD",
  layouts: ["mvtec-ad", "table"],
  classes: sizes({
    bottle: [209, 20, 63],
    cable: [224, 58, 92],
    capsule: [219, 23, 109],
    carpet: [280, 28, 89],
    grid: [264, 21, 57],
    hazelnut: [391, 40, 70],
    leather: [245, 32, 92],
    metal_nut: [220, 22, 93],
    pill: [267, 26, 141],
    screw: [320, 41, 119],
    tile: [230, 33, 84],
    toothbrush: [60, 12, 30],
    transistor: [213, 60, 40],
    wood: [247, 19, 60],
    zipper: [240, 32, 119],
  }),
  published: publishedMvtec,
};

/** @see split_csv/1cls.csv of VisA */
const visa: Benchmark = {
  name: "visa",
  title: "VisA",
  layouts: ["visa", "mvtec-ad", "table"],
  classes: sizes({
    candle: [900, 100, 100],
    capsules: [542, 60, 100],
    cashew: [450, 50, 100],
    chewinggum: [453, 50, 100],
    fryum: [450, 50, 100],
    macaroni1: [900, 100, 100],
    macaroni2: [900, 100, 100],
    pcb1: [904, 100, 100],
    pcb2: [901, 100, 100],
    pcb3: [905, 101, 100],
    pcb4: [904, 101, 100],
    pipe_fryum: [450, 50, 100],
  }),
  published: () => nothingPublished("no published results on long-tailed VisA were found in any source that was available."),
};

const [small, large]: readonly ClassSize[] = [
  { allGood: 1000, test: 575 },
  { allGood: 2000, test: 1150 },
];

/**
 * Six classes with 1,000 good and 150 defective images and four with twice as many, half of each for testing.
 * @see https://hci.iwr.uni-heidelberg.de/content/weakly-supervised-learning-industrial-optical-inspection
 */
const dagm: Benchmark = {
  name: "dagm",
  title: "DAGM 2007",
  layouts: ["dagm", "mvtec-ad", "table"],
  classes: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`Class${i + 1}`, i < 6 ? small! : large!])),
  published: () => nothingPublished("no published results on long-tailed DAGM 2007 were found in any source that was available."),
};

export const benchmarks: Readonly<Record<BenchmarkName, Benchmark>> = { mvtec, visa, dagm };

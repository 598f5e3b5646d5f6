import type { ClassData, Dataset, TestItem } from "@ltad/data";
import { describe, expect, it } from "vitest";
import { benchmarks } from "./benchmarks.js";
import { checkBenchmark } from "./check-benchmark.js";

interface Counts {
  readonly train: number;
  readonly good: number;
  readonly defective: number;
  readonly bare?: number;
}

function classOf(name: string, { train, good, defective, bare = 0 }: Counts): ClassData {
  const items = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `${name}/${i}`, file: `${name}/${i}.png` }));
  const test: TestItem[] = [
    ...items(good).map((item) => ({ ...item, label: "good" })),
    ...items(defective).map((item, i) => ({ ...item, label: "scratch", ...(i >= bare && { mask: "mask.png" }) })),
  ];
  return { name, train: items(train), test };
}

function datasetOf(classes: readonly ClassData[], layout = "mvtec-ad"): Dataset {
  return { root: "/data/set", layout, readAs: "", classes, remarks: [], warnings: [] };
}

const whole = Object.entries(benchmarks.mvtec.classes).map(([name, size]) => classOf(name, size as Counts));
const dagm = Object.keys(benchmarks.dagm.classes).map((name, i) =>
  classOf(name, i < 6 ? { train: 496, good: 504, defective: 71 } : { train: 1000, good: 1000, defective: 150 }),
);
const few: Counts = { train: 4, good: 2, defective: 3 };

describe("the whole data set of the paper", () => {
  it("has nothing to remark", () => {
    expect(checkBenchmark(benchmarks.mvtec, datasetOf(whole))).toEqual([]);
    expect(checkBenchmark(benchmarks.dagm, datasetOf(dagm, "dagm"))).toEqual([]);
  });

  it("has the numbers of images that UniAD and VisA list", () => {
    const total = (name: "mvtec" | "visa", key: "train" | "good" | "defective") =>
      Object.values(benchmarks[name].classes).reduce((sum, size) => sum + size[key]!, 0);
    expect([total("mvtec", "train"), total("mvtec", "good") + total("mvtec", "defective")]).toEqual([3629, 1725]);
    expect([total("visa", "train"), total("visa", "good") + total("visa", "defective")]).toEqual([8659, 2162]);
  });
});

describe("an incomplete data set is told by class", () => {
  it.each<[string, readonly ClassData[], string[]]>([
    ["classes are missing", whole.slice(0, 13), ["2 of 15 classes are missing: wood, zipper."]],
    [
      "images are missing",
      [classOf("bottle", { ...few, good: 20 }), ...whole.slice(1)],
      ["bottle: 4 good images to train on instead of 209, 3 defective test images instead of 63 (MVTec AD)."],
    ],
    [
      "masks are missing",
      [classOf("bottle", { train: 209, good: 20, defective: 63, bare: 1 }), ...whole.slice(1)],
      ["bottle: 1 defective test image without a mask."],
    ],
  ])("%s", (_, classes, remarks) => {
    expect(checkBenchmark(benchmarks.mvtec, datasetOf(classes))).toEqual(remarks);
  });

  it("counts good and all test images of DAGM 2007, for its split is half and half", () => {
    const [first, ...rest] = dagm;
    const short = { ...first!, test: first!.test.slice(1) };
    expect(checkBenchmark(benchmarks.dagm, datasetOf([short, ...rest], "dagm"))).toEqual([
      "Class1: 999 good images in total instead of 1000, 574 test images instead of 575 (DAGM 2007).",
    ]);
  });
});

describe("another data set is refused", () => {
  it.each<[string, readonly ClassData[], string, RegExp]>([
    [
      "of the paper",
      [classOf("candle", few)],
      "visa",
      /expected the classes of MVTec AD \(bottle, cable, .*\), found candle\. .*VisA: ltad reproduce visa/,
    ],
    ["of somebody", ["lid", "tube", "constructor"].map((name) => classOf(name, few)), "mvtec-ad", /found lid, tube, constructor\.$/],
    ["with one class more", [...whole, classOf("lid", few)], "mvtec-ad", /lid is not a class of MVTec AD\. Move it out/],
    ["in another arrangement", whole, "good-bad", /read as the layout good-bad; expected mvtec-ad/],
    ["without defective test images", [classOf("bottle", { ...few, defective: 0 })], "mvtec-ad", /there are no defective test images/],
    ["without good test images", [classOf("bottle", { ...few, good: 0 })], "mvtec-ad", /no good test images/],
  ])("%s", (_, classes, layout, message) => {
    expect(() => checkBenchmark(benchmarks.mvtec, datasetOf(classes, layout))).toThrow(message);
  });
});

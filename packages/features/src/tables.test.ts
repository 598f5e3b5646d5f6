import { createRng, float32, type NdArray, sizeOf } from "@ltad/core";
import { tensorsOf } from "@ltad/jit";
import { describe, expect, it } from "vitest";
import type { ClassStatistics } from "./class-statistics.js";
import { statisticsTables, statisticsTree } from "./tables.js";

// K 3 classes, N 4 tokens, C 5 channels, Dz 7; 11 groups, so that "10" must come after "9".
const rng = createRng("tables");
const normals = (...shape: number[]) => float32(shape, rng.normals(sizeOf(shape)));
const statistics: ClassStatistics = {
  channelMean: normals(5),
  channelDeviation: normals(5),
  positionMean: normals(3, 4, 5),
  whitening: Array.from({ length: 11 }, (_, g) => normals(3, g + 1, g + 1)),
  zMean: normals(7),
  zDeviation: normals(7),
  classZ: normals(3, 7),
  fewImages: [2],
};

describe("statistics as named arrays and back as tensors", () => {
  it("every table under its name, groups in their order", () => {
    const { whitening, ...tables } = throughAGraph(statistics);
    const { whitening: wanted, fewImages: _, ...others } = statistics;
    expect(Object.keys(tables).sort()).toEqual(Object.keys(others).sort());
    for (const [name, array] of Object.entries(others)) {
      expect(read(tables[name as keyof typeof tables])).toEqual(plain(array));
    }
    expect(whitening.map(read)).toEqual(wanted.map(plain));
  });

  it("without whitening there is no group", () => {
    expect(throughAGraph({ ...statistics, whitening: [] }).whitening).toEqual([]);
  });

  it("the list of small classes is no table", () => {
    expect(Object.keys(statisticsTree(statistics))).not.toContain("fewImages");
  });
});

/** The way through a graph: the tree of constants, with tensors in place of arrays. */
function throughAGraph(from: ClassStatistics) {
  return statisticsTables(tensorsOf(statisticsTree(from)));
}

function read(tensor: { shape: number[]; dataSync(): ArrayLike<number> }) {
  return { shape: tensor.shape, data: Array.from(tensor.dataSync()) };
}

function plain({ shape, data }: NdArray) {
  return { shape: [...shape], data: Array.from(data) };
}

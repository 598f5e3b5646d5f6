import { join } from "node:path";
import { createRng, sha256 } from "@ltad/core";
import { scanDataset } from "@ltad/data";
import { synthesise } from "@ltad/data/synthetic";
import { tinyImageEncoder } from "@ltad/encoder/testing";
import { featuresId } from "@ltad/feature-store";
import { encoderGraph, featureSpec } from "@ltad/features";
import { type OpenPlan, openPlan, openStore, planAddress, writePlan } from "@ltad/fleet";

// Plans over images of 64 pixels: 100 files, each under as many names as the plan needs, by an encoder of random weights.

const encoder = tinyImageEncoder(createRng(1));
const spec = featureSpec(encoder, { inputSize: 64, stages: [2, 3], gridStride: 16, shrink: "area", length: "unit" });
const graph = encoderGraph(encoder, spec);
const classImages = 500;

export interface PlanOptions {
  readonly images: number;
  readonly shardImages: number;
}

/** Makes the images. @returns what writes plans over them */
export async function planMaker(root: string) {
  const data = join(root, "data");
  await synthesise(data, { seed: 1, size: 64, classes: 4, train: 25, good: 1, defects: 1 });
  const files = (await scanDataset(data)).classes.flatMap(({ train }) => train.map(({ file }) => file));
  return async (name: string, { images, shardImages }: PlanOptions): Promise<{ address: string; opened: OpenPlan }> => {
    const store = await openStore(join(root, name));
    const classes = Math.ceil(images / classImages);
    const countOf = (label: number) => Math.min(classImages, images - label * classImages);
    const { id } = await writePlan(store, {
      root: data,
      classes: Array.from({ length: classes }, (_, k) => ({ name: `class ${k}`, available: countOf(k), images: countOf(k) })),
      items: Array.from({ length: images }, (_, i) => ({
        id: `image ${i}`,
        file: files[i % files.length]!,
        label: Math.floor(i / classImages),
      })),
      shardImages,
      objects: [graph],
      task: {
        kind: "statistics",
        encoder: sha256(graph),
        featuresId: featuresId(graph, spec),
        features: spec,
        config: {},
        protocol: "full",
        seed: 1,
        sample: 8,
        copiesUpTo: 0,
      },
    });
    const address = planAddress(store.location, id);
    return { address, opened: await openPlan(address) };
  };
}

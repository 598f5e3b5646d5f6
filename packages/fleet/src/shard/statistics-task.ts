import { type DoubleArray, type FileArrays, float32, floats, type NdArray, type NdArrays } from "@ltad/core";
import { type Turn, turns } from "@ltad/data";
import { type ImageEncoder, openOneThread } from "@ltad/feature-store";
import { type ClassSums, noSums, openScatter, type Scatter, withImages } from "@ltad/features";
import { nameOf } from "../source/location.js";
import type { OpenPlan } from "../plan/open-plan.js";
import type { PlanItem, StatisticsTask } from "../plan/plan.js";
import { canBeSampled, sampleHash } from "./sample.js";
import type { ShardInfo } from "./shard-result.js";
import type { ShardState, ShardTask } from "./shard-task.js";

/** How a shard is computed. */
export interface TaskOptions {
  /** Threads of the network; one for each core by default. */
  readonly threads?: number | undefined;
  /** A folder for files of a model; that of the system by default. */
  readonly scratch?: string | undefined;
}

/** Encodes images, adds each to the sums of its class, and keeps the features of those that can be in the sample. */
export async function openStatistics(opened: OpenPlan, task: StatisticsTask, { threads }: TaskOptions): Promise<ShardTask> {
  const graph = await opened.object(task.encoder);
  const encoder = await openOneThread({ graph, spec: task.features }, threads === undefined ? {} : { threads });
  const scatter = await openScatter(task.features.channels);
  return {
    begin: () => statisticsState(opened, task, { encoder, scatter }),
    close: async () => void (await Promise.all([encoder.close(), scatter.dispose()])),
  };
}

interface Networks {
  readonly encoder: ImageEncoder;
  readonly scatter: Scatter;
}

function statisticsState({ plan }: OpenPlan, task: StatisticsTask, { encoder, scatter }: Networks): ShardState {
  const sums = new Map<number, ClassSums>();
  const kept: Kept[] = [];
  return {
    async add(item, bytes) {
      const { label } = item;
      const file = nameOf(item);
      const { images, range } = plan.classes[label]!;
      const encode = async (turn?: Turn) =>
        one(await encoder.encode({ file, bytes, range, ...(turn && { turn }), maxPixels: plan.maxPixels }));
      const image = await encode();
      const hash = sampleHash(bytes, task.seed);
      const isSampled = canBeSampled(hash, task.sample, images);
      const hasCopies = isSampled && images > 1 && images <= task.copiesUpTo;
      const copies: [Turn, ImageArrays][] = [];
      if (hasCopies) for (const turn of turns) copies.push([turn, await encode(turn)]);
      // One image at a time: the products are in single precision, and so do not depend on which images share a shard.
      sums.set(label, await withImages(sums.get(label) ?? noSums(task.features), [image], scatter));
      if (isSampled) kept.push({ item, hash, image, copies });
    },
    result: () => ({ info: infoOf(sums, kept), arrays: { ...sumArrays(sums, task), ...sampleArrays(kept) } }),
  };
}

interface ImageArrays {
  readonly features: ReturnType<typeof float32>;
  readonly z: ReturnType<typeof float32>;
}

/** An image that can be in the sample. */
interface Kept {
  readonly item: PlanItem;
  readonly hash: string;
  readonly image: ImageArrays;
  readonly copies: readonly (readonly [Turn, ImageArrays])[];
}

/** The outputs of the encoder, without the memory that the next image overwrites. */
function one({ features, z }: NdArrays): ImageArrays {
  const copy = (array: NdArray | undefined, name: string) => float32(array!.shape, floats(array, name).slice());
  return { features: copy(features, "features"), z: copy(z, "z") };
}

function infoOf(sums: ReadonlyMap<number, ClassSums>, kept: readonly Kept[]): Pick<ShardInfo, "counts" | "sample"> {
  return {
    counts: Object.fromEntries([...sums].map(([label, { images }]) => [String(label), images])),
    sample: kept.map(({ item: { id, label }, hash, copies }) => ({ id, label, hash, turns: copies.map(([turn]) => turn) })),
  };
}

/** The sums of each class in double precision: LABEL.position and so on. */
function sumArrays(sums: ReadonlyMap<number, ClassSums>, { features }: StatisticsTask): FileArrays {
  return Object.assign({}, ...[...sums].map(([label, own]) => classArrays(String(label), own, features))) as FileArrays;
}

/** The sums of one class as arrays of a file. */
export function classArrays(
  name: string,
  sums: ClassSums,
  { tokens, channels }: Pick<StatisticsTask["features"], "tokens" | "channels">,
): FileArrays {
  const double = (data: Float64Array, ...shape: number[]): DoubleArray => ({ dtype: "float64", shape, data });
  return {
    [`${name}.position`]: double(sums.position, tokens, channels),
    [`${name}.scatter`]: double(sums.scatter, channels, channels),
    [`${name}.z`]: double(sums.z, sums.z.length),
    [`${name}.zSquare`]: double(sums.zSquare, sums.zSquare.length),
  };
}

/** Image i of the sample: i.features, i.z, and its turned copies as i.mirror.features and so on. */
function sampleArrays(kept: readonly Kept[]): FileArrays {
  const entries = kept.flatMap(({ image, copies }, place) => [
    ...imageArrays(String(place), image),
    ...copies.flatMap(([turn, copy]) => imageArrays(`${place}.${turn}`, copy)),
  ]);
  return Object.fromEntries(entries);
}

function imageArrays(name: string, { features, z }: ImageArrays): [string, NdArray][] {
  return [
    [`sample.${name}.features`, features],
    [`sample.${name}.z`, z],
  ];
}

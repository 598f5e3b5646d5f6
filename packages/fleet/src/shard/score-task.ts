import { float32 } from "@ltad/core";
import { openDetector } from "@ltad/detector";
import { nameOf } from "../source/location.js";
import type { OpenPlan } from "../plan/open-plan.js";
import type { ScoreTask } from "../plan/plan.js";
import { fetchModel } from "./with-model.js";
import type { ShardInfo } from "./shard-result.js";
import type { ShardState, ShardTask } from "./shard-task.js";
import type { TaskOptions } from "./statistics-task.js";

type Detector = Awaited<ReturnType<typeof openDetector>>;
type Score = NonNullable<ShardInfo["scores"]>[number];

/** Scores images by a model, which comes from the store. An evaluation keeps the map of each image on the model's grid as well. */
export async function openScoring(opened: OpenPlan, task: ScoreTask, { threads, scratch }: TaskOptions): Promise<ShardTask> {
  const { folder, remove } = await fetchModel(opened, task, scratch);
  try {
    const detector = await openDetector(folder, threads === undefined ? {} : { threads });
    const close = async () => {
      await detector.dispose();
      await remove();
    };
    return { begin: () => scoringState(opened, task, detector), close };
  } catch (error) {
    await remove();
    throw error;
  }
}

function scoringState({ plan }: OpenPlan, task: ScoreTask, detector: Detector): ShardState {
  const scores: Score[] = [];
  const maps: Float32Array[] = [];
  return {
    async add(item, content) {
      const { id, label } = item;
      const name = task.classes === "folder" ? plan.classes[label]?.name : undefined;
      const image = { name: nameOf(item), ...(plan.maxPixels !== undefined && { maxPixels: plan.maxPixels }) };
      const { score, class: used, verdict, map } = await detector.predict(content, { class: name, size: "grid", image });
      scores.push({ id, class: used, score, ...(verdict && { isAnomalous: verdict.isAnomalous, limit: verdict.limit }) });
      if (task.kind === "evaluate") maps.push(map.slice());
    },
    result: () => ({ info: { scores }, arrays: maps.length > 0 ? { maps: stacked(maps) } : {} }),
  };
}

/** [n, N] */
function stacked(maps: readonly Float32Array[]) {
  const all = float32([maps.length, maps[0]!.length]);
  maps.forEach((map, i) => all.data.set(map, i * map.length));
  return all;
}

import type { Progress } from "@ltad/core";
import type { TrainOptions, TrainPlan } from "../train-options.js";
import { mlflowLog } from "./mlflow-log.js";
import { runLog } from "./run-log.js";
import { tensorboardLog } from "./tensorboard-log.js";

/** What keeps a record of a training while it runs. */
export interface TrainingLog {
  progress(step: Progress): void;
  /**
   * @param error what ended the training, if it did not end well
   * @returns what the user should know
   */
  end(error?: unknown): Promise<readonly string[]>;
}

/** What a training is: the first thing in every record. */
export interface Described {
  readonly options: TrainOptions;
  readonly plan: TrainPlan;
}

/**
 * All records of a training: `log.jsonl` always, the others as they are wanted.
 * @throws LtadError `LTAD_WRITE` when the folder cannot be written, `LTAD_FETCH` when the MLflow server does not answer
 */
export async function openTrainingLog(training: Described): Promise<TrainingLog> {
  const { out, tensorboard, mlflow, env = process.env } = training.options;
  const logs = [
    runLog(out, training),
    ...(tensorboard ? [tensorboardLog(out)] : []),
    ...(mlflow === undefined ? [] : [await mlflowLog(mlflow, training, env["MLFLOW_TRACKING_TOKEN"])]),
  ];
  return {
    progress: (step) => logs.forEach((log) => log.progress(step)),
    async end(reason) {
      const warnings = await Promise.all(logs.map((log) => log.end(reason)));
      return warnings.flat();
    },
  };
}

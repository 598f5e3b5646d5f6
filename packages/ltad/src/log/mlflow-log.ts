import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isLtadError, version, writeFileAtomic } from "@ltad/core";
import { classCounts } from "./class-counts.js";
import { type MlflowCall, mlflowClient, mlflowError, MlflowRefusal } from "./mlflow-client.js";
import type { Described, TrainingLog } from "./training-log.js";

const [experiment, flushEvery, mostMetrics] = ["ltad", 2000, 1000]; // milliseconds; metrics of one request, MLflow's limit

interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

/**
 * A run on an MLflow server, in the experiment "ltad": settings as parameters, losses as metrics. A resumed training goes on in its run, which
 * `mlflow.json` names. A server that goes away does not stop the training: its numbers are sent when it is back.
 * @throws LtadError `LTAD_FETCH` when no server answers at the start
 */
export async function mlflowLog(address: string, training: Described, token?: string): Promise<TrainingLog> {
  const call = mlflowClient(address, token);
  const runId = await openRun(call, address, training).catch((error: unknown) => {
    throw mlflowError(address, error);
  });
  const waiting: Metric[] = [];
  let sending: Promise<void> | undefined;
  let sentAt = Date.now();
  const send = async () => {
    while (waiting.length > 0) {
      const metrics = waiting.slice(0, mostMetrics);
      await call("POST", "runs/log-batch", { run_id: runId, metrics });
      waiting.splice(0, metrics.length);
    }
  };
  const flush = () =>
    (sending ??= send()
      .catch(() => undefined)
      .finally(() => (sending = undefined)));
  return {
    progress({ phase, done, values = {} }) {
      const at = { timestamp: Date.now(), step: done - 1 };
      for (const [name, value] of Object.entries(values))
        if (Number.isFinite(value)) waiting.push({ key: `${phase}/${name}`, value, ...at });
      if (waiting.length === 0 || Date.now() - sentAt < flushEvery) return;
      sentAt = Date.now();
      void flush();
    },
    async end(reason) {
      await sending;
      await flush();
      const status = reason === undefined ? "FINISHED" : isLtadError(reason) && reason.code === "LTAD_ABORTED" ? "KILLED" : "FAILED";
      await call("POST", "runs/update", { run_id: runId, status, end_time: Date.now() }).catch(() => undefined);
      return waiting.length > 0
        ? [`The MLflow server at ${address} stopped responding: ${waiting.length} loss values are missing there.`]
        : [];
    },
  };
}

/** The run of a training that is resumed, or a new one. */
async function openRun(call: MlflowCall, address: string, { options, plan }: Described): Promise<string> {
  const place = join(options.out, "mlflow.json");
  const earlier = options.resume ? readRun(place, address) : undefined;
  if (earlier !== undefined) {
    await call("POST", "runs/update", { run_id: earlier, status: "RUNNING" });
    return earlier;
  }
  const experimentId = await findExperiment(call);
  const name = basename(resolve(options.out));
  const answer = await call("POST", "runs/create", { experiment_id: experimentId, run_name: name, start_time: Date.now() });
  const { run_id: runId } = (answer["run"] as { info: { run_id: string } }).info;
  await call("POST", "runs/log-batch", { run_id: runId, params: paramsOf(plan), tags: [{ key: "ltad.version", value: version }] });
  await writeFileAtomic(place, `${JSON.stringify({ address, runId })}\n`);
  return runId;
}

async function findExperiment(call: MlflowCall): Promise<string> {
  try {
    const { experiment: found } = await call("GET", "experiments/get-by-name", { experiment_name: experiment });
    return (found as { experiment_id: string }).experiment_id;
  } catch (error) {
    if (!(error instanceof MlflowRefusal && error.code === "RESOURCE_DOES_NOT_EXIST")) throw error;
    return String((await call("POST", "experiments/create", { name: experiment }))["experiment_id"]);
  }
}

function readRun(place: string, address: string): string | undefined {
  try {
    const run = JSON.parse(readFileSync(place, "utf8")) as { readonly address?: string; readonly runId?: string };
    return run.address === address ? run.runId : undefined;
  } catch {
    return undefined;
  }
}

const mostParams = 100; // MLflow's limit of one request

/** Settings by their paths, such as detect.steps. */
function paramsOf({ split, config }: Described["plan"]): { key: string; value: string }[] {
  const sections = Object.entries(config).flatMap(([section, values]): [string, unknown][] =>
    typeof values === "object"
      ? Object.entries(values).map(([name, value]): [string, unknown] => [`${section}.${name}`, value])
      : [[section, values]],
  );
  const { protocol, seed } = split;
  const images = Object.values(classCounts(split)).reduce((sum, count) => sum + count, 0);
  return [...Object.entries({ protocol, seed, images, classes: split.classes.length }), ...sections]
    .slice(0, mostParams)
    .map(([key, value]) => ({ key, value: typeof value === "string" ? value : JSON.stringify(value) }));
}

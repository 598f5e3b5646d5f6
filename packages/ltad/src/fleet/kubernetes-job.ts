import { LtadError } from "@ltad/core";
import type { OpenPlan } from "@ltad/fleet";
import { type PodPlaceOptions, podPlaces } from "./pod-places.js";

export interface KubernetesJobOptions extends PodPlaceOptions {
  /** A container image with `ltad`. */
  readonly image: string;
  /** Pods at a time. */
  readonly parallelism: number;
  /** Cores and memory of a pod, as Kubernetes writes them. */
  readonly cpu: string;
  readonly memory: string;
}

/** Kubernetes allows no more indexes with a limit for each. */
const mostIndexes = 100_000;

/**
 * A Job that runs every shard of a plan: pod i runs shard i. It obeys the exit codes of `ltad work`: 1 is tried again three times, 2 and 3
 * give the shard up, and what a drained node or a stopped pod did is not counted.
 * @throws LtadError `LTAD_CONFIG` for more shards than a Job may have, or a store or images that pods cannot find
 */
export function kubernetesJob(opened: Pick<OpenPlan, "id" | "plan">, options: KubernetesJobOptions): object {
  const shards = opened.plan.shards.length;
  if (shards > mostIndexes) throw limitError(shards);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadataOf(opened),
    spec: {
      completionMode: "Indexed",
      completions: shards,
      parallelism: Math.min(options.parallelism, shards),
      backoffLimitPerIndex: 3,
      podFailurePolicy: { rules: failureRules("FailIndex") },
      template: podTemplate(opened, options, { args: [options.address] }),
    },
  };
}

export function metadataOf({ id }: Pick<OpenPlan, "id">): object {
  return { name: `ltad-${id}`, labels: labelsOf(id) };
}

function labelsOf(id: string) {
  return { "app.kubernetes.io/name": "ltad", "ltad/plan": id };
}

/** A pod that runs `ltad work`, with the store and the images. @param command the arguments of `work`, and the variables that they name */
export function podTemplate(
  { id, plan }: Pick<OpenPlan, "id" | "plan">,
  options: KubernetesJobOptions,
  { args, env = [] }: { readonly args: readonly string[]; readonly env?: readonly object[] },
): object {
  const { image, cpu, memory } = options;
  const places = podPlaces(plan, options);
  const variables = [...env, ...places.env];
  const container = {
    name: "ltad",
    image,
    command: ["ltad"], // whatever the image runs by default
    args: ["work", ...args, "--threads", String(threadsOf(cpu))],
    ...(variables.length > 0 && { env: variables }),
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: places.volumeMounts,
  };
  return {
    metadata: { labels: labelsOf(id) },
    spec: { restartPolicy: "Never", containers: [container], volumes: places.volumes },
  };
}

/** Whole cores of "2", "1.5" or "2000m"; at least one. */
function threadsOf(cpu: string): number {
  const cores = cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
  return Math.max(1, Math.floor(cores || 1));
}

/**
 * The first that fits decides; a failure that none fits counts, and is tried again.
 * @param giveUp what becomes of the codes 2 and 3, of which another try is of no use
 */
export function failureRules(giveUp: "FailIndex" | "FailJob"): object[] {
  return [
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    { action: "Ignore", onExitCodes: { containerName: "ltad", operator: "In", values: [130, 143] } },
    { action: giveUp, onExitCodes: { containerName: "ltad", operator: "In", values: [2, 3] } },
  ];
}

function limitError(shards: number): LtadError {
  const message = `the plan has ${shards} shards, expected at most ${mostIndexes}, which is the limit of an Indexed Job. Plan again with a larger --shard-images.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "shardImages", expected: mostIndexes, received: shards } });
}

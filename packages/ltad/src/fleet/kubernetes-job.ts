import { posix } from "node:path";
import { LtadError } from "@ltad/core";
import type { OpenPlan } from "@ltad/fleet";

export interface KubernetesJobOptions {
  /** The address of the plan, as the pods see it. */
  readonly address: string;
  /** A container image with `ltad`. */
  readonly image: string;
  /** Name of the volume claim that holds the store. */
  readonly storeClaim: string;
  /** Name of the claim that holds the images; not needed where they lie below the store. */
  readonly imagesClaim?: string | undefined;
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
 * @throws LtadError `LTAD_CONFIG` for more shards than a Job may have, or a store that is not at an absolute path
 */
export function kubernetesJob({ id, plan }: Pick<OpenPlan, "id" | "plan">, options: KubernetesJobOptions): object {
  const { address, image, parallelism, cpu, memory } = options;
  const shards = plan.shards.length;
  if (shards > mostIndexes) throw limitError(shards);
  const volumes = volumesOf(plan.root, options);
  const container = {
    name: "ltad",
    image,
    args: ["ltad", "work", address, "--threads", String(Math.max(1, Math.floor(Number(cpu) || 1)))],
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: volumes.map(({ mount }) => mount),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `ltad-${id}`, labels: { "app.kubernetes.io/name": "ltad", "ltad/plan": id } },
    spec: {
      completionMode: "Indexed",
      completions: shards,
      parallelism: Math.min(parallelism, shards),
      backoffLimitPerIndex: 3,
      podFailurePolicy: { rules: failureRules },
      template: {
        metadata: { labels: { "app.kubernetes.io/name": "ltad", "ltad/plan": id } },
        spec: {
          restartPolicy: "Never",
          containers: [container],
          volumes: volumes.map(({ volume }) => volume),
        },
      },
    },
  };
}

/** The first that fits decides; a failure that none fits counts, and is tried again. */
const failureRules = [
  { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
  { action: "Ignore", onExitCodes: { containerName: "ltad", operator: "In", values: [130, 143] } },
  { action: "FailIndex", onExitCodes: { containerName: "ltad", operator: "In", values: [2, 3] } },
];

/** The store and, where they are elsewhere, the images; both at the paths that the plan has. */
function volumesOf(root: string, { address, storeClaim, imagesClaim }: KubernetesJobOptions) {
  const path = storeOf(address);
  const store = {
    mount: { name: "store", mountPath: path },
    volume: { name: "store", persistentVolumeClaim: { claimName: storeClaim } },
  };
  if (`${root}/`.startsWith(`${path}/`)) return [store];
  if (imagesClaim === undefined) {
    const message = `--images-claim: expected the claim that holds the images, because ${root} is not below the store ${path}; received none.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { field: "imagesClaim" } });
  }
  const mount = { name: "images", mountPath: root, readOnly: true };
  return [store, { mount, volume: { name: "images", persistentVolumeClaim: { claimName: imagesClaim, readOnly: true } } }];
}

function storeOf(address: string): string {
  const store = posix.normalize(address).replace(/\/plans\/.*$/, "");
  if (store.startsWith("/")) return store;
  const message = `PLAN ${address}: expected an absolute path, because pods see the store at the same place.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "plan", received: address } });
}

function limitError(shards: number): LtadError {
  const message = `the plan has ${shards} shards, expected at most ${mostIndexes}, which is the limit of an Indexed Job. Plan again with a larger --shard-images.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "shardImages", expected: mostIndexes, received: shards } });
}

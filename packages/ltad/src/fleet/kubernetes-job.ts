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
  { args, env }: { readonly args: readonly string[]; readonly env?: readonly object[] },
): object {
  const { image, cpu, memory } = options;
  const volumes = volumesOf(plan.root, options);
  const container = {
    name: "ltad",
    image,
    args: ["ltad", "work", ...args, "--threads", String(Math.max(1, Math.floor(Number(cpu) || 1)))],
    ...(env && { env }),
    resources: { requests: { cpu, memory }, limits: { memory } },
    volumeMounts: volumes.map(({ mount }) => mount),
  };
  return {
    metadata: { labels: labelsOf(id) },
    spec: { restartPolicy: "Never", containers: [container], volumes: volumes.map(({ volume }) => volume) },
  };
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

/** The store and, where they are in another folder, the images; both at the paths that the plan has. */
function volumesOf(root: string, { address, storeClaim, imagesClaim }: KubernetesJobOptions) {
  const path = storeOf(address);
  const store = {
    mount: { name: "store", mountPath: path },
    volume: { name: "store", persistentVolumeClaim: { claimName: storeClaim } },
  };
  if (`${root}/`.startsWith(`${path}/`) || root.startsWith("s3://")) return [store];
  if (imagesClaim === undefined) {
    const message = `--images-claim: expected the claim that holds the images, because ${root} is not below the store ${path}; received none.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { field: "imagesClaim" } });
  }
  const mount = { name: "images", mountPath: root, readOnly: true };
  return [store, { mount, volume: { name: "images", persistentVolumeClaim: { claimName: imagesClaim, readOnly: true } } }];
}

/** The folder of the store, as the pods see it. @throws LtadError `LTAD_CONFIG` for a path that is not absolute */
export function storeOf(address: string): string {
  const store = posix.normalize(address).replace(/\/plans\/.*$/, "");
  if (store.startsWith("/") && !address.startsWith("s3:")) return store;
  const message = `PLAN ${address}: expected an absolute path, because pods see the store at the same place.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "plan", received: address } });
}

function limitError(shards: number): LtadError {
  const message = `the plan has ${shards} shards, expected at most ${mostIndexes}, which is the limit of an Indexed Job. Plan again with a larger --shard-images.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "shardImages", expected: mostIndexes, received: shards } });
}

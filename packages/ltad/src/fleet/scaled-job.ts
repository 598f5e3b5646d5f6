import { LtadError } from "@ltad/core";
import type { OpenPlan } from "@ltad/fleet";
import { queueUrl } from "@ltad/fleet/bullmq";
import { failureRules, type KubernetesJobOptions, metadataOf, podTemplate } from "./kubernetes-job.js";
import { storeOf } from "./pod-places.js";

export interface ScaledJobOptions extends KubernetesJobOptions {
  /** The queue, without a password: redis://, rediss://, postgres:// or postgresql://. */
  readonly queue: string;
  /** Name of a Secret with the key `url`, the queue with its password, and for Redis the key `password`. */
  readonly queueSecret?: string | undefined;
}

/** Seconds without a shard after which a worker ends: longer than a shard that failed waits for its next try. */
const idle = 60;

/**
 * A ScaledJob of KEDA: workers of a queue, as many as there are shards waiting. Each takes shards until none is left. One stays, because workers
 * take care of shards whose worker was killed.
 * @throws LtadError `LTAD_CONFIG` for a queue with a password, another kind of queue, or a store or images that pods cannot find
 */
export function scaledJob(opened: Pick<OpenPlan, "id" | "plan">, options: ScaledJobOptions): object {
  const url = openUrl(options.queue);
  const env = envOf(url, options.queueSecret);
  const args = ["--queue", "$(LTAD_QUEUE)", "--idle", String(idle), "--store", storeOf(options.address)];
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledJob",
    metadata: metadataOf(opened),
    spec: {
      jobTargetRef: {
        backoffLimit: 3,
        podFailurePolicy: { rules: failureRules("FailJob") },
        template: podTemplate(opened, options, { args, env }),
      },
      pollingInterval: 15,
      minReplicaCount: 1,
      maxReplicaCount: options.parallelism,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 10,
      rollout: { strategy: "gradual" }, // a change leaves running workers alone
      scalingStrategy: { strategy: "accurate" }, // a shard that a worker has is not in the list any more
      triggers: [triggerOf(url, env)],
    },
  };
}

interface Variable {
  readonly name: string;
}

/** The queue as the workers get it, and the password of Redis as KEDA gets it. */
function envOf({ href, protocol }: URL, secret: string | undefined): Variable[] {
  if (secret === undefined) return [{ name: "LTAD_QUEUE", value: href } as Variable];
  const from = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } }) as Variable;
  return [from("LTAD_QUEUE", "url"), ...(isRedis(protocol) ? [from("LTAD_QUEUE_PASSWORD", "password")] : [])];
}

/** Shards that wait, in the tables and lists of BullMQ. */
function triggerOf({ protocol, hostname, port, pathname, username }: URL, env: readonly Variable[]): object {
  if (!isRedis(protocol)) {
    const query =
      "SELECT count(*) FROM bullmq.job WHERE queue = 'ltad' AND (state IN ('waiting', 'delayed') " +
      "OR (state = 'active' AND locked_until_ms < extract(epoch FROM now()) * 1000))";
    return { type: "postgresql", metadata: { connectionFromEnv: "LTAD_QUEUE", query, targetQueryValue: "1" } };
  }
  const hasPassword = env.some(({ name }) => name === "LTAD_QUEUE_PASSWORD");
  const metadata = {
    address: `${hostname}:${port || 6379}`,
    ...(username && { username: decodeURIComponent(username) }),
    ...(hasPassword && { passwordFromEnv: "LTAD_QUEUE_PASSWORD" }),
    ...(pathname.length > 1 && { databaseIndex: pathname.slice(1) }),
    ...(protocol === "rediss:" && { enableTLS: "true" }),
    listName: "bull:ltad:wait",
    listLength: "1",
  };
  return { type: "redis", metadata };
}

const isRedis = (protocol: string) => protocol === "redis:" || protocol === "rediss:";

/** A manifest is read by many, so it has no password. */
function openUrl(text: string): URL {
  const url = queueUrl(text);
  if (url.password === "" && !url.searchParams.has("password")) return url;
  const message = `--queue: omit the password of ${url.host}, because many people can read a manifest. Store the complete URL under the key "url" of a Secret, and pass the name of the Secret with --queue-secret.`;
  throw new LtadError("LTAD_CONFIG", message, { details: { field: "queue" } });
}

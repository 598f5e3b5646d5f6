import { LtadError } from "@ltad/core";
import { openPlan } from "@ltad/fleet";
import { stringify } from "yaml";
import { kubernetesJob } from "../../../fleet/kubernetes-job.js";
import { scaledJob } from "../../../fleet/scaled-job.js";
import { s3Settings } from "../../../environment.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export interface DeployOptions extends CommonOptions {
  readonly image: string;
  readonly claim?: string;
  readonly imagesClaim?: string;
  readonly s3Secret?: string;
  readonly s3Endpoint?: string;
  readonly parallelism: number;
  readonly cpu: string;
  readonly memory: string;
  readonly keda?: boolean;
  readonly queue?: string;
  readonly queueSecret?: string;
}

/** Prints a Kubernetes Job, or a ScaledJob of KEDA. */
export async function deployKubernetes(io: Io, address: string, options: DeployOptions): Promise<void> {
  await withSession(io, options, "Nothing was printed.", async (session) => {
    const { claim: storeClaim, imagesClaim, s3Secret, s3Endpoint, image, parallelism, cpu, memory, queueSecret } = options;
    const queue = queueOf(options);
    const s3 = s3Settings(io.env, s3Endpoint);
    const settings = { address, image, storeClaim, imagesClaim, s3Secret, s3, parallelism, cpu, memory };
    const opened = await openPlan(address, { s3 });
    const job = queue === undefined ? kubernetesJob(opened, settings) : scaledJob(opened, { ...settings, queue, queueSecret });
    session.printJson(job);
    session.print(stringify(job).trimEnd());
  });
}

/** The queue of a ScaledJob; an Indexed Job needs none. */
function queueOf({ keda, queue, queueSecret }: DeployOptions): string | undefined {
  if (keda && queue === undefined) throw new LtadError("LTAD_CONFIG", "--keda: expected --queue with the URL of the queue, received none.");
  const [only] = keda ? [] : (["--queue", "--queue-secret"] as const).filter((_, i) => [queue, queueSecret][i] !== undefined);
  if (only) throw new LtadError("LTAD_CONFIG", `${only}: use it only with --keda; an Indexed Job needs no queue.`);
  return queue;
}

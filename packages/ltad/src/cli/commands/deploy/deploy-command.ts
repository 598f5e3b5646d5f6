import { openPlan } from "@ltad/fleet";
import { stringify } from "yaml";
import { kubernetesJob } from "../../../fleet/kubernetes-job.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";

export interface DeployOptions extends CommonOptions {
  readonly image: string;
  readonly claim: string;
  readonly imagesClaim?: string;
  readonly parallelism: number;
  readonly cpu: string;
  readonly memory: string;
}

/** Prints a Kubernetes Job. */
export async function deployKubernetes(io: Io, address: string, options: DeployOptions): Promise<void> {
  await withSession(io, options, "Nothing was printed.", async (session) => {
    const { claim: storeClaim, imagesClaim, image, parallelism, cpu, memory } = options;
    const job = kubernetesJob(await openPlan(address), { address, image, storeClaim, imagesClaim, parallelism, cpu, memory });
    session.printJson(job);
    session.print(stringify(job).trimEnd());
  });
}

import type { JobOptions } from "@ltad/core";
import { foldRemarks, plural, seconds } from "@ltad/core/format";
import { s3Settings } from "../../../environment.js";
import { makePlan } from "../../../fleet/make-plan.js";
import type { PlanOptions } from "../../../fleet/plan-options.js";
import type { Io } from "../../io.js";
import { type CommonOptions, withSession } from "../../session.js";
import { placeWords } from "./worker-options.js";
import { typedCommand } from "../../typed-command.js";

export type PlanCommandOptions = CommonOptions &
  Omit<PlanOptions, keyof JobOptions | "env" | "classes" | "s3"> & {
    readonly class?: "folder" | "predicted";
    readonly s3Endpoint?: string;
  };

/** Makes a plan and prints its address. */
export async function planCommand(
  io: Io,
  data: string | undefined,
  { class: classes, s3Endpoint, ...options }: PlanCommandOptions,
): Promise<void> {
  await withSession(io, options, "No plan was written.", async (session) => {
    const { signal, onProgress } = session;
    const made = await makePlan(
      data,
      { ...options, classes, env: io.env, s3: s3Settings(io.env, s3Endpoint), signal, onProgress },
      (readAs, warnings) => {
        session.info(readAs);
        for (const warning of foldRemarks(warnings)) session.warn(warning);
      },
    );
    session.printJson(made);
    const time = made.hours === null ? "none of its first images can be read" : `about ${seconds(3600 * made.hours)} on this machine`;
    session.info(`${plural(made.images, "image")} in ${plural(made.shards, "shard")}; ${time}, and ${size(made.bytes)} in the store.`);
    session.print(made.plan);
    session.info(`\nNext:\n  ${typedCommand(io.env, "fleet", "start", made.plan, "--local", 2, ...placeWords({ s3Endpoint }))}`);
  });
}

function size(bytes: number): string {
  const [unit, divisor] = bytes >= 1e9 ? (["GB", 1e9] as const) : bytes >= 1e6 ? (["MB", 1e6] as const) : (["kB", 1e3] as const);
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}

import type { AnyLtadError, LtadErrorCode } from "@ltad/core";
import type { OpenPlanOptions } from "../plan/open-plan.js";
import type { BadImage } from "../shard/shard-result.js";
import type { ShardDone } from "../shard/run-shard.js";

/** The work of a computing process. */
export interface ShardOrder extends OpenPlanOptions {
  /** The address of the plan. */
  readonly plan: string;
  readonly shard: number;
  readonly threads?: number | undefined;
  /** A folder for temporary files, which the parent removes. */
  readonly scratch?: string | undefined;
  readonly suspects: readonly string[];
  readonly bad: readonly BadImage[];
}

/** An error on its way from one process to another. */
export interface Failure {
  /** Absent for a bug. */
  readonly code?: LtadErrorCode | undefined;
  readonly message: string;
  readonly details?: AnyLtadError["details"] | undefined;
}

/** What a computing process says. */
export type FromChild =
  | { readonly type: "begin"; readonly id: string }
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | { readonly type: "done"; readonly result: ShardDone }
  | { readonly type: "failed"; readonly error: Failure };

import type { FileArrays } from "@ltad/core";
import type { PlanItem } from "../plan/plan.js";
import type { ShardInfo } from "./shard-result.js";

/** What a plan computes, open: its networks are loaded once and serve many shards. */
export interface ShardTask {
  /** Begins a shard. */
  begin(): ShardState;
  close(): Promise<void>;
}

/** A shard while its images are added. */
export interface ShardState {
  /** Adds one image; adds nothing when it throws. @throws LtadError `LTAD_IMAGE` when the image cannot be read */
  add(item: PlanItem, content: Uint8Array): Promise<void>;
  result(): { readonly info: Pick<ShardInfo, "counts" | "sample" | "scores">; readonly arrays: FileArrays };
}

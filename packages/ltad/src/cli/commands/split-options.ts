import type { LongTailOptions } from "@ltad/data";

/** How the command line chooses training images. */
export interface SplitCommandOptions {
  readonly protocol: string;
  readonly order?: string;
  readonly seed: number;
  readonly holdOut?: number;
}

/** The command line's words as {@link LongTailOptions}. */
export function splitOptions({ protocol, order, seed, holdOut }: SplitCommandOptions): LongTailOptions {
  if (order === undefined || order === "size") return { protocol, seed, order, holdOut };
  return { protocol, seed, order: order.split(",").map((name) => name.trim()), holdOut };
}

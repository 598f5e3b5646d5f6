import picocolors from "picocolors";
import type { Io, TextOut } from "../io.js";

export type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours where a person looks: a terminal, and NO_COLOR is not set. */
export function coloursFor(out: TextOut, env: Io["env"]): Colours {
  const wanted = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  return picocolors.createColors((wanted || out.isTTY === true) && !env["NO_COLOR"] && env["TERM"] !== "dumb");
}

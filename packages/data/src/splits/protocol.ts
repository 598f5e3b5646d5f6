import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";

/** How many training images each class keeps. */
export type Protocol =
  | { readonly kind: "full" }
  /** Exponential decay or two steps, down to 1 / factor of the first class. */
  | { readonly kind: "exp" | "step"; readonly factor: number }
  /** The classes of a Pareto law in equal steps, down to 1 / factor of the first; without a factor as TailedCore has it. */
  | { readonly kind: "pareto"; readonly factor: number | undefined }
  | { readonly kind: "file"; readonly path: string };

/**
 * Reads `full`, `expN`, `stepN`, `paretoN` (N: imbalance factor, which may have decimals), `pareto` or the path of a list file.
 * @throws LtadError `LTAD_CONFIG` for a factor below 1
 */
export function parseProtocol(text: string): Protocol {
  if (text === "full") return { kind: "full" };
  if (text === "pareto") return { kind: "pareto", factor: undefined };
  const match = /^(exp|step|pareto)(\d+(?:\.\d+)?)$/.exec(text);
  if (!match) return { kind: "file", path: text };
  const factor = Number(match[2]);
  if (factor >= 1 && factor <= 1e6) return { kind: match[1] as "exp" | "step" | "pareto", factor };
  throw unknownProtocol(text, "the imbalance factor must be from 1 to 1000000");
}

/** The error for a protocol that is neither known nor a file. */
export function unknownProtocol(text: string, why: string, cause?: unknown): LtadError {
  return new LtadError(
    "LTAD_CONFIG",
    `protocol ${shown(text)}: ${why}. Expected full, exp20, exp100, exp200, step100, step200, any expN, stepN or paretoN (N = imbalance factor), pareto, or the path of a list file.`,
    { cause, details: { field: "protocol", received: text } },
  );
}

import { LtadError } from "@ltad/core";
import { materials } from "./materials.js";

/** Options of `synthesise`. */
export interface SynthesisOptions {
  /** 0 by default. */
  readonly seed?: number;
  /** Edge of the square images in pixels, 64 to 2048; 256 by default. */
  readonly size?: number;
  /** How many materials (6 by default), or their names; see {@link materialNames}. */
  readonly classes?: number | readonly string[];
  /** Training images a class; 60 by default. A long tail is made by the protocol, not here. */
  readonly train?: number;
  /** Good test images a class; 12 by default. */
  readonly good?: number;
  /** Defective test images a class, over its four defects in turn; 12 by default. */
  readonly defects?: number;
  /** Replaces a synthetic set that was made with other parameters (never anything else). */
  readonly replace?: boolean;
}

/** All that decides the pixels. `version` changes when the drawing changes. */
export interface SynthesisParameters {
  readonly format: "ltad-synthetic";
  readonly version: 1;
  readonly seed: number;
  readonly size: number;
  readonly classes: readonly string[];
  readonly train: number;
  readonly good: number;
  readonly defects: number;
}

/** The materials there are; the first six are the default set. */
export const materialNames: readonly string[] = Object.keys(materials);

/** Defaults filled in and checked. @throws LtadError `LTAD_CONFIG` naming the option */
export function resolveParameters({
  seed = 0,
  size = 256,
  classes = 6,
  train = 60,
  good = 12,
  defects = 12,
}: SynthesisOptions): SynthesisParameters {
  return {
    format: "ltad-synthetic",
    version: 1,
    seed: whole("seed", seed, 0, Number.MAX_SAFE_INTEGER),
    size: whole("size", size, 64, 2048),
    classes: classNames(classes),
    train: whole("train", train, 1, 100_000),
    good: whole("good", good, 0, 100_000),
    defects: whole("defects", defects, 0, 100_000),
  };
}

function classNames(classes: number | readonly string[]): readonly string[] {
  if (typeof classes === "number") return materialNames.slice(0, whole("classes", classes, 1, materialNames.length));
  const unknown = classes.find((name, i) => !materialNames.includes(name) || classes.indexOf(name) !== i);
  if (unknown === undefined && classes.length > 0) return classes;
  throw new LtadError(
    "LTAD_CONFIG",
    `classes: ${unknown === undefined ? "no material" : `unknown or repeated material ${unknown}`}. Expected one or more of ${materialNames.join(", ")}.`,
    {
      details: { field: "classes" },
    },
  );
}

function whole(field: string, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new LtadError("LTAD_CONFIG", `${field}: expected a whole number from ${least} to ${most}, received ${value}.`, {
    details: { field },
  });
}

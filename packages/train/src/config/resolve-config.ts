import { LtadError } from "@ltad/core";
import type * as z from "zod";
import { configSchema, type TrainConfig } from "./config-schema.js";
import { presets } from "./presets.js";
import { unknownSetting } from "./unknown-setting.js";

/** Where the values of a config come from. */
export interface ConfigSources {
  /** The name of a preset; "recommended" if neither this nor the file names one. */
  readonly preset?: string | undefined;
  /** The content of a config file. */
  readonly file?: unknown;
  /** `key.path=value` pairs, which take precedence over the file. A value is read as JSON, or as text if it is not JSON. */
  readonly sets?: readonly string[] | undefined;
}

type Values = Record<string, unknown>;

/**
 * Resolves a config from a preset, a file and single values; the later source takes precedence.
 * @returns a complete, valid config
 * @throws LtadError `LTAD_CONFIG` naming all faults with their paths
 */
export function resolveConfig({ preset, file = {}, sets = [] }: ConfigSources): TrainConfig {
  if (!isValues(file)) throw new LtadError("LTAD_CONFIG", "config file: expected an object of options at the top level.");
  const given = sets.reduce((values, pair) => merge(values, parseSet(pair)), file);
  const name = preset ?? (given["preset"] as string | undefined) ?? "recommended";
  if (!Object.hasOwn(presets, name))
    throw new LtadError("LTAD_CONFIG", `preset: expected ${oneOf(Object.keys(presets))}, received ${JSON.stringify(name)}.`);
  const values = { ...merge(presets[name as keyof typeof presets], given), preset: name };
  const parsed = configSchema.safeParse(values);
  if (parsed.success) return checkTogether(parsed.data);
  const issues = parsed.error.issues.flatMap((issue) => faultsOf(issue, values));
  const faults = issues.map(({ path, message }) => `  ${path || "(top)"}: ${message}`);
  throw new LtadError("LTAD_CONFIG", `config: ${faults.length === 1 ? "one fault" : `${faults.length} faults`}\n${faults.join("\n")}`, {
    details: { issues },
  });
}

/** One fault with the path of its field; an unknown key is a fault of its own path, as it was typed. */
function faultsOf(issue: z.core.$ZodIssue, values: Values): { path: string; message: string }[] {
  const { path, message } = issue;
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ path: [...path, key].join("."), message: unknownSetting([...path, key], values) }))
    : [{ path: path.join("."), message: withValue(message, valueAt(values, path)) }];
}

/** `expected number, received "abc"`: what was given is easier to find than its type. */
function withValue(message: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || text.length > 60) return message;
  return `${message.replace(/^Invalid (?:input|option): /, "").replace(/, received \w+$/, "")}, received ${text}`;
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], values);
}

/** Rules that span several fields. */
function checkTogether(config: TrainConfig): TrainConfig {
  const { features, score, reconstruct, semantic, detect, anomaly, whitening } = config;
  const { stages } = features;
  if (stages !== "auto" && stages.some((stage, i) => i > 0 && stage <= stages[i - 1]!))
    fail(`features.stages: expected ascending order without repeats, received ${stages.join(", ")}.`);
  if ("heads" in reconstruct && reconstruct.width % reconstruct.heads !== 0)
    fail(`reconstruct.heads: expected a divisor of reconstruct.width (${reconstruct.width}), received ${reconstruct.heads}.`);
  if (features.inputSize !== "auto" && features.gridStride !== "auto")
    checkNeighbourhood(config, Math.floor(features.inputSize / features.gridStride));
  if (semantic.kind === "none" && score.lambda !== 0)
    fail(`score.lambda: expected 0 because semantic.kind is none, received ${score.lambda}.`);
  if (reconstruct.kind !== "token-mlp" && reconstruct.kind !== "none" && detect.tokens !== null)
    fail(`detect.tokens: ${reconstruct.kind} attends over whole images; set it to null.`);
  if (anomaly.kind === "directed" && anomaly.high < anomaly.low)
    fail(`anomaly.high: expected at least anomaly.low (${anomaly.low}), received ${anomaly.high}.`);
  if (anomaly.kind === "jitter" && whitening.by === "class")
    fail(`anomaly.kind: jitter is designed for features without whitening; use directed, or whitening.by none.`);
  return config;
}

/**
 * A window must have a middle and leave something of the grid to attend to.
 * @throws LtadError `LTAD_CONFIG`
 */
export function checkNeighbourhood({ reconstruct }: Pick<TrainConfig, "reconstruct">, grid: number): void {
  if (reconstruct.kind !== "uniad") return;
  const { neighbourhood: side } = reconstruct;
  if (side === 0 || (side % 2 === 1 && side < grid)) return;
  fail(`reconstruct.neighbourhood: expected 0 or an odd number below the grid's ${grid}, received ${side}.`);
}

function oneOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function fail(message: string): never {
  throw new LtadError("LTAD_CONFIG", message);
}

function parseSet(pair: string): Values {
  const at = pair.indexOf("=");
  if (at < 1) fail(`--set: expected key=value, such as detect.steps=200, received ${JSON.stringify(pair)}.`);
  const path = pair.slice(0, at).trim().split(".");
  return path.reduceRight<unknown>((value, key) => ({ [key]: value }), parseValue(pair.slice(at + 1))) as Values;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Merges objects key by key and replaces everything else. A different `kind` starts from the defaults of that kind. */
function merge(base: Values, over: Values): Values {
  const kindChanges = "kind" in base && "kind" in over && base["kind"] !== over["kind"];
  const merged: Values = kindChanges ? {} : { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (key === "__proto__") fail("config: the key __proto__ is not allowed.");
    const before = merged[key];
    merged[key] = isValues(before) && isValues(value) ? merge(before, value) : value;
  }
  return merged;
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

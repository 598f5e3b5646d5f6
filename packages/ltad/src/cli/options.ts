import { LtadError } from "@ltad/core";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Options of every command. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "print the result as JSON on stdout")
    .option("-q, --quiet", "hide progress and warnings")
    .option("--debug", "show the stack trace of an error");
}

/** How many threads the runtime has. */
export function addThreadsOption(command: Command): Command {
  return command.option("--threads <n>", "number of threads of the runtime (default: one per core)", wholeNumber);
}

/** Where weights and features are kept. */
export function addCacheOption(command: Command): Command {
  return command.option(
    "--cache-dir <folder>",
    "where weights and features are kept (default: LTAD_CACHE_DIR, else the user's cache folder)",
  );
}

/** Whether the network may be used. */
export function addOfflineOption(command: Command): Command {
  return command.option("--offline", "make no network requests; fail if the weights are not in the cache");
}

/** The largest image that is read. */
export function addMaxPixelsOption(command: Command): Command {
  return command.option("--max-pixels <n>", "maximum number of pixels in an image (default: 100 million)", wholeNumber);
}

/** Whether bad files stop a job. */
export function addSkipBadOption(command: Command): Command {
  return command.option("--skip-bad", "continue without images and masks that cannot be read, and list them");
}

/** Which training images are used. */
export function addSplitOptions(command: Command): Command {
  return addOrderOption(
    command.option("--protocol <name>", "choice of training images: full, expN or stepN (such as exp100), or a list file", "full"),
  ).option("--seed <n>", "seed for all random numbers", wholeNumber, 0);
}

/** How a training is set. */
export function addSettingOptions(command: Command): Command {
  return command
    .addOption(new Option("--preset <name>", "settings to start from").choices(["recommended", "fast", "paper"]))
    .option("--set <key=value>", "one setting, such as detect.steps=200; overrides the file; can be repeated", repeated);
}

/** Which part of the images is judged. */
export function addIncludeOption(command: Command): Command {
  return command.option(
    "--include <folder>",
    "folder of masks CLASS.png, white where the images of a class are judged; the rest is ignored",
  );
}

/** The order of the classes in a long-tailed protocol. */
export function addOrderOption(command: Command): Command {
  return command.option(
    "--order <names>",
    "size, or class names from most to least images, separated by commas (default: the order of a list file, else size)",
    orderOf,
  );
}

/**
 * An option that must be given. Commander's own refuses its absence before it looks at the names of the others, so that who mistypes it reads
 * that it is missing; here a misspelt option is reported first.
 */
export function addRequiredOption(command: Command, flags: string, description: string): Command {
  const option = new Option(flags, description);
  return command.addOption(option).hook("preAction", (_, action) => {
    if (action === command && command.getOptionValue(option.attributeName()) === undefined)
      command.error(`error: required option '${flags}' not specified`, { code: "commander.missingMandatoryOptionValue" });
  });
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 0 or more.");
}

export function countFromOne(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 1 or more.");
}

/** Seeds between commas. */
export function seedsOf(text: string): number[] {
  const seeds = text.split(",").map((seed) => wholeNumber(seed.trim()));
  if (new Set(seeds).size === seeds.length) return seeds;
  throw new InvalidArgumentError("Expected each seed once.");
}

export function finiteNumber(text: string): number {
  if (text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  throw new InvalidArgumentError("Expected a number.");
}

/** A length of time in seconds: 90s, 5m, 1.5h. */
export function timeSpan(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const value = Number(number) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 0);
  if (value > 0) return value;
  throw new InvalidArgumentError("Expected a time above 0 such as 90s, 5m or 1.5h.");
}

/** A share that is neither none nor all. */
export function rate(text: string): number {
  const value = finiteNumber(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Expected a share above 0 and below 1, such as 0.01 for 1 %.");
}

/** Collects the values of an option that may be repeated. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** An order of classes: by size, or by names. */
export function orderOf(text: string): "size" | string[] {
  return text === "size" ? text : namesOf(text);
}

/** Names between commas, or a JSON list where a name has a comma itself; composed (NFC), as those of classes are. */
export function namesOf(text: string, option = "--order"): string[] {
  if (!text.trimStart().startsWith("[")) return text.split(",").map((name) => name.trim().normalize("NFC"));
  try {
    const names: unknown = JSON.parse(text);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names.map((name) => name.normalize("NFC"));
  } catch {
    // said below
  }
  throw new LtadError(
    "LTAD_CONFIG",
    `${option}: expected names separated by commas, or a JSON list such as ["a, b","c"], received ${text}.`,
  );
}

/** Command lines at the end of the help, as the user types them. */
export function addExamples(command: Command, ...lines: readonly string[]): Command {
  const program = rootOf(command).name();
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${program} ${line}`).join("\n")}\n`);
}

function rootOf(command: Command): Command {
  return command.parent ? rootOf(command.parent) : command;
}

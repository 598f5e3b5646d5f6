import { stripVTControlCharacters } from "node:util";
import type { Progress } from "@ltad/core";
import type { Io } from "../io.js";
import { count, seconds, short } from "@ltad/core/format";
import { type Colours, coloursFor } from "./colours.js";
import { createRate, type Rate } from "./rate.js";

/** Shows the progress of a long job on stderr. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** A line of its own, above the progress. */
  say(line: string): void;
  /** Ends the line of the running phase. */
  close(): void;
}

interface Phase {
  readonly started: number;
  readonly from: number;
  readonly rate: Rate;
  latest: Progress;
  shownAt: number;
}

const everyMs = { terminal: 90, log: 10_000 };
const firstAfterMs = { terminal: 0, log: 1000 };

/**
 * On a terminal one line that is rewritten, else a line at the end of a phase and, when it lasts, every ten seconds.
 * @param clock milliseconds; a test brings its own
 */
export function createProgressDisplay({ stderr, env }: Pick<Io, "stderr" | "env">, clock = () => performance.now()): ProgressDisplay {
  const colours = coloursFor(stderr, env);
  const terminal = stderr.isTTY === true;
  const kind = terminal ? "terminal" : "log";
  let phase: Phase | undefined;
  let ended: string | undefined;

  const wipe = () => terminal && phase && stderr.write("\r\u001b[2K");
  const close = () => {
    if (phase) stderr.write(`${terminal ? "\r\u001b[2K" : ""}${doneLine(phase, clock(), colours)}\n`);
    ended = phase?.latest.phase ?? ended;
    phase = undefined;
  };
  const show = (progress: Progress) => {
    const now = clock();
    if (phase && phase.latest.phase !== progress.phase) close();
    if (!phase && progress.phase === ended && progress.done >= progress.total) return; // said already
    const shownAt = now - everyMs[kind] + firstAfterMs[kind];
    phase ??= { started: now, from: progress.done, rate: createRate(progress.done, now), latest: progress, shownAt };
    phase.latest = progress;
    phase.rate.add(progress.done, now);
    if (progress.done >= progress.total) return close();
    if (now - phase.shownAt < everyMs[kind]) return;
    phase.shownAt = now;
    if (terminal) stderr.write(`\r\u001b[2K${cut(runningLine(phase, colours), stderr.columns ?? 80)}`);
    else stderr.write(`${runningLine(phase, colours)}\n`);
  };
  const say = (line: string) => {
    wipe();
    stderr.write(`${line}\n`);
  };
  return { show, say, close };
}

function runningLine({ latest, rate }: Phase, colours: Colours): string {
  const { phase, done, total, unit, values } = latest;
  const speed = rate.perSecond();
  const parts = [`${amount(done, unit)} of ${amount(total, unit)} ${unit === "bytes" ? "" : unit}`.trim()];
  if (speed) parts.push(speedOf(speed, unit), `${seconds((total - done) / speed)} left`);
  const numbers = Object.entries(values ?? {}).slice(0, 3);
  const shown = numbers.map(([name, value]) => colours.dim(`${name.replaceAll("_", " ")} ${short(value)}`));
  return `${colours.cyan(phase.padEnd(9))} ${bar(done / total)} ${[...parts, ...shown].join("  ")}`;
}

function doneLine({ latest, started, from, rate }: Phase, now: number, colours: Colours): string {
  const { phase, done, total, unit } = latest;
  const took = (now - started) / 1000;
  const speed = took > 0.5 && done > from ? (done - from) / took : rate.perSecond();
  const words = `${amount(done, unit)}${done < total ? ` of ${amount(total, unit)}` : ""}${unit === "bytes" ? "" : ` ${total === 1 ? one(unit) : unit}`} in ${seconds(took)}`;
  return `${done < total ? "-" : colours.green("✓")} ${phase.padEnd(9)} ${words}${speed ? colours.dim(`  ${speedOf(speed, unit)}`) : ""}`;
}

function bar(share: number): string {
  const width = 20;
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return "━".repeat(full) + "╌".repeat(width - full);
}

function amount(value: number, unit: string): string {
  return unit === "bytes" ? `${(value / 2 ** 20).toFixed(1)} MiB` : count(value);
}

function speedOf(perSecond: number, unit: string): string {
  if (unit === "bytes") return `${(perSecond / 2 ** 20).toFixed(1)} MiB/s`;
  return perSecond >= 1 ? `${short(Number(perSecond.toPrecision(3)))} ${unit}/s` : `${seconds(1 / perSecond)} each`;
}

/** The unit of a single thing: "classes" is "class", "images" is "image". */
function one(unit: string): string {
  return unit.replace(/(?<=ss)es$|s$/, "");
}

/** Cuts to the width of the terminal, so that the line stays one line; a line that is too long loses its colours. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : plain.slice(0, columns - 1);
}

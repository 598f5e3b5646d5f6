import { check, fields, listOf, number, optional, whole } from "@ltad/core/check";

/** Ends of a schedule in steps, and the rate at its top. */
export interface WarmupOptions {
  /** Highest learning rate. */
  readonly base: number;
  /** Steps of linear warm-up. */
  readonly warmup: number;
  /** All steps, warm-up included. */
  readonly total: number;
}

/** Options of {@link cosineSchedule}. */
export interface CosineOptions extends WarmupOptions {
  /** Fraction of base where the curve ends. Default 0. */
  readonly floor?: number;
}

const warmupFields = { base: number(), warmup: number(0), total: number(0) };

/**
 * Learning rate of a step: linear from base / warmup up to base, then half a cosine down to floor * base.
 * Steps count from 0: no step has rate 0 while it warms up.
 * @see Loshchilov and Hutter 2017, SGDR, eq. 5
 */
export function cosineSchedule(step: number, options: CosineOptions): number {
  check("cosineSchedule", { step, options }, { step: whole(0), options: fields({ ...warmupFields, floor: optional(number()) }) });
  const { base, warmup, total, floor = 0 } = options;
  if (step < warmup) return (base * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return base * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2);
}

/** Learning rate of a step: linear up to base, then linear down to 0 at total. */
export function linearSchedule(step: number, options: WarmupOptions): number {
  check("linearSchedule", { step, options }, { step: whole(0), options: fields(warmupFields) });
  const { base, warmup, total } = options;
  if (step < warmup) return (base * (step + 1)) / warmup;
  return base * Math.max(0, (total - step) / Math.max(1, total - warmup));
}

/** Options of {@link stepSchedule}. */
export interface StepScheduleOptions {
  /** Learning rate before the first milestone. */
  readonly base: number;
  /** Steps from which the rate is smaller. */
  readonly milestones: readonly number[];
  /** What the rate is multiplied by at each. */
  readonly factor: number;
  /** Steps of linear warm-up. Default 0. */
  readonly warmup?: number;
}

/** Learning rate of a step: base, times factor at every milestone that has been reached; with warm-up, linear up to that. */
export function stepSchedule(step: number, options: StepScheduleOptions): number {
  const rules = { base: number(), milestones: listOf(number()), factor: number(), warmup: optional(number(0)) };
  check("stepSchedule", { step, options }, { step: whole(0), options: fields(rules) });
  const { base, milestones, factor, warmup = 0 } = options;
  const rate = base * factor ** milestones.filter((m) => m <= step).length;
  return step < warmup ? (rate * (step + 1)) / warmup : rate;
}

/** Learning rate of a step: linear from base / warmup up to base, then base. */
export function constantSchedule(step: number, options: { readonly base: number; readonly warmup?: number }): number {
  check("constantSchedule", { step, options }, { step: whole(0), options: fields({ base: number(), warmup: optional(number(0)) }) });
  const { base, warmup = 0 } = options;
  return step < warmup ? (base * (step + 1)) / warmup : base;
}

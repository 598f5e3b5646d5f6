import { check, fields, listOf, number, optional, whole } from "@ltad/core/check";

/** The length of a schedule in steps, and its highest rate. */
export interface WarmupOptions {
  /** The highest learning rate. */
  readonly base: number;
  /** The steps of linear warm-up. */
  readonly warmup: number;
  /** All steps, including the warm-up. */
  readonly total: number;
}

/** Options of {@link cosineSchedule}. */
export interface CosineOptions extends WarmupOptions {
  /** The share of `base` at which the curve ends; 0 by default. */
  readonly floor?: number;
}

const warmupFields = { base: number(), warmup: number(0), total: number(0) };

/**
 * The learning rate of a step: it rises linearly from base / warmup to base, and then falls along half a cosine to floor * base.
 * @param step counts from 0
 * @see Loshchilov and Hutter 2017, SGDR, eq. 5
 */
export function cosineSchedule(step: number, options: CosineOptions): number {
  check("cosineSchedule", { step, options }, { step: whole(0), options: fields({ ...warmupFields, floor: optional(number()) }) });
  const { base, warmup, total, floor = 0 } = options;
  if (step < warmup) return (base * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return base * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2);
}

/** The learning rate of a step: it rises linearly to base, and then falls linearly to 0 at `total`. @param step counts from 0 */
export function linearSchedule(step: number, options: WarmupOptions): number {
  check("linearSchedule", { step, options }, { step: whole(0), options: fields(warmupFields) });
  const { base, warmup, total } = options;
  if (step < warmup) return (base * (step + 1)) / warmup;
  return base * Math.max(0, (total - step) / Math.max(1, total - warmup));
}

/** Options of {@link stepSchedule}. */
export interface StepScheduleOptions {
  /** The learning rate before the first milestone. */
  readonly base: number;
  /** The steps at which the rate changes. */
  readonly milestones: readonly number[];
  /** The rate is multiplied by this at each milestone. */
  readonly factor: number;
  /** The steps of linear warm-up; 0 by default. */
  readonly warmup?: number;
}

/** The learning rate of a step: base, multiplied by `factor` for every milestone reached; a warm-up rises linearly to that. @param step counts from 0 */
export function stepSchedule(step: number, options: StepScheduleOptions): number {
  const rules = { base: number(), milestones: listOf(number()), factor: number(), warmup: optional(number(0)) };
  check("stepSchedule", { step, options }, { step: whole(0), options: fields(rules) });
  const { base, milestones, factor, warmup = 0 } = options;
  const rate = base * factor ** milestones.filter((m) => m <= step).length;
  return step < warmup ? (rate * (step + 1)) / warmup : rate;
}

/** The learning rate of a step: it rises linearly from base / warmup to base, and then stays. @param step counts from 0 */
export function constantSchedule(step: number, options: { readonly base: number; readonly warmup?: number }): number {
  check("constantSchedule", { step, options }, { step: whole(0), options: fields({ base: number(), warmup: optional(number(0)) }) });
  const { base, warmup = 0 } = options;
  return step < warmup ? (base * (step + 1)) / warmup : base;
}

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

/**
 * Learning rate of a step: linear from base / warmup up to base, then half a cosine down to floor * base.
 * Steps count from 0: no step has rate 0 while it warms up.
 * @see Loshchilov and Hutter 2017, SGDR, eq. 5
 */
export function cosineSchedule(step: number, { base, warmup, total, floor = 0 }: CosineOptions): number {
  if (step < warmup) return (base * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
  return base * (floor + ((1 - floor) * (1 + Math.cos(Math.PI * progress))) / 2);
}

/** Learning rate of a step: linear up to base, then linear down to 0 at total. */
export function linearSchedule(step: number, { base, warmup, total }: WarmupOptions): number {
  if (step < warmup) return (base * (step + 1)) / warmup;
  return base * Math.max(0, (total - step) / Math.max(1, total - warmup));
}

/** Learning rate of a step: base, times factor at every milestone that has been reached. */
export function stepSchedule(
  step: number,
  { base, milestones, factor }: { base: number; milestones: readonly number[]; factor: number },
): number {
  return base * factor ** milestones.filter((m) => m <= step).length;
}

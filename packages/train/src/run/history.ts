/** One row of a loss curve: the step and its numbers. */
export type HistoryRow = Readonly<Record<string, number>>;

import { LtadError } from "@ltad/core";
import type { Dataset } from "@ltad/data";
import { openSource, type Source } from "@ltad/fleet";
import { openDataset } from "../data-options.js";
import type { PlanOptions } from "./plan-options.js";

/** The data of a plan: images in a folder, or elsewhere with a folder of their names in place of them. */
export interface PlanData {
  /** The folder or table to scan. */
  readonly scan: string | undefined;
  readonly source: Source | undefined;
}

/**
 * Uses the data of a plan. Messages and names say where images are in truth.
 * @throws LtadError of the data
 */
export async function withPlanData<T>(data: string | undefined, options: PlanOptions, use: (data: PlanData) => Promise<T>): Promise<T> {
  const source = data === undefined ? undefined : await openSource(data, { s3: options.s3, tables: options.task === "score" });
  try {
    return await use({ scan: source?.scan ?? data, source });
  } catch (error) {
    if (!source || !(error instanceof LtadError)) throw error;
    throw new LtadError(error.code, source.rename(error.message), { cause: error, details: error.details });
  } finally {
    await source?.close();
  }
}

/** Scans it. */
export async function scanPlanData({ scan, source }: PlanData, options: PlanOptions): Promise<Dataset> {
  const dataset = await openDataset(scan, options);
  if (!source) return dataset;
  const renamed = <I extends { readonly id: string }>(items: readonly I[]) =>
    items.map((item) => ({ ...item, id: source.rename(item.id) }));
  return {
    ...dataset,
    readAs: source.rename(dataset.readAs),
    warnings: dataset.warnings.map(source.rename),
    classes: dataset.classes.map((own) => ({ ...own, train: renamed(own.train), test: renamed(own.test) })),
  };
}

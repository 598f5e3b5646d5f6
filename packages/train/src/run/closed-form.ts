import { type ClassStatistics, fitStatistics } from "@ltad/features";
import { type SetWithCopies, withChosenCopies, withTurnedCopies } from "../copies/turned-copies.js";
import type { TrainOptions } from "../train-options.js";
import { sumByFold } from "./fold-sums.js";
import { keptForm } from "./kept-form.js";
import { type Clock, jobOf, type Run } from "./open-run.js";
import type { TrainingSet } from "./training-set.js";

/** A training set with its copies, and everything that follows from it in closed form: it depends on no seed and on no other setting of the training. */
export interface ClosedForm extends SetWithCopies {
  readonly statistics: ClassStatistics;
}

/** Fits sums, copies and statistics, or reads them from the cache if a training has already fitted them to the same images. */
export async function fitClosedForm(run: Run, images: TrainingSet, options: TrainOptions, clock: Clock): Promise<ClosedForm> {
  const { config, spec, graph } = run;
  const { split, encoded } = options;
  const small = { ...options, encoder: { graph, spec }, statistics: config.whitening, upTo: config.copies.upTo };
  const kept = keptForm(run, images, options.cacheDir);
  const known = await kept?.read();
  if (known) {
    const set = await withChosenCopies(images, known.chosen, split, small);
    clock.lap("copies");
    clock.lap("statistics");
    return { set, ...known };
  }
  const sums = encoded ? { sums: encoded.classes.map((own) => own.sums), folds: [] } : await sumByFold(images, spec, jobOf(options));
  const found = await withTurnedCopies(images, sums, split, small);
  clock.lap("copies");
  const statistics = await fitStatistics(found.set, found.sums, spec, { ...jobOf(options), ...config.whitening });
  const form = { ...found, statistics };
  await kept?.write(form);
  clock.lap("statistics");
  return form;
}

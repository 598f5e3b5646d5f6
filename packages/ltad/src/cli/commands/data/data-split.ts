import { headAndTail, longTail, splitOrder, type LongTailOptions, writeSplit } from "@ltad/data";
import { type DataOptions, dataWords, openDataset } from "../../../data-options.js";
import type { Io } from "../../io.js";
import { count } from "@ltad/core/format";
import { type CommonOptions, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { typedCommand } from "../../typed-command.js";

/** Chooses training images by a protocol and writes the list. */
export async function dataSplit(
  io: Io,
  folder: string | undefined,
  options: CommonOptions & LongTailOptions & DataOptions & { readonly out: string },
): Promise<void> {
  await withSession(io, options, "No list was written.", async (session) => {
    const dataset = await openDataset(folder, options);
    session.info(dataset.readAs);
    for (const warning of dataset.warnings) session.warn(warning);
    const { protocol, order: wanted, seed } = options;
    const split = await longTail(dataset, { protocol, order: wanted, seed });
    await writeSplit(options.out, split);
    for (const warning of split.warnings ?? []) session.warn(warning);
    const counts = Object.fromEntries(split.classes.map(({ name, train }) => [name, train.length]));
    const order = splitOrder(split);
    const { high } = headAndTail(order);
    session.printJson({ protocol: split.protocol, seed: split.seed, order, high: high.length, counts, file: options.out });
    session.print(
      textTable(
        ["class", "chosen", "of", "half"],
        split.classes.map(({ name, train, available }) => [
          name,
          count(train.length),
          count(available),
          high.includes(name) ? "High" : "Low",
        ]),
      ),
    );
    session.info(
      `\nThe list is in ${options.out}. Train on it with\n  ${typedCommand(io.env, "train", ...(folder === undefined ? [] : [folder]), ...dataWords(options), "--protocol", options.out, "--out", "./model")}`,
    );
  });
}

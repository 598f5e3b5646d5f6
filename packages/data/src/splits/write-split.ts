import { writeFileAtomic } from "@ltad/core";
import { defectsComment, orderComment } from "./parse-list.js";
import { type Split, splitOrder } from "./split.js";

/**
 * Writes a split as a list file, one path a line, which `longTail` reads back as the same images in the same class order.
 * @throws LtadError `LTAD_WRITE`
 */
export async function writeSplit(path: string, split: Split): Promise<void> {
  const lines = [
    `# training images, protocol ${split.protocol.replace(/\s+/g, " ")}, seed ${split.seed}; ${split.classes.map(({ train }) => train.length).join(", ")} a class`,
    orderComment(splitOrder(split)),
    ...(split.warnings === undefined ? [] : [defectsComment]),
    ...split.classes.flatMap(({ train }) => train.map(({ id }) => (id.startsWith("#") ? `./${id}` : id))),
  ];
  await writeFileAtomic(path, `${lines.join("\n")}\n`);
}

import { csvRow, writeFileAtomic } from "@ltad/core";
import { isGood } from "@ltad/data";
import type { Evaluated } from "./evaluate.js";

/**
 * Writes a table with a row for each image, which {@link readScores} can read: the test images, and the good images that the training left out, with
 * the split `calibration`. `defect` is the folder of the image, and `predicted` is the class that the model used.
 * @throws LtadError `LTAD_WRITE` when the file cannot be written
 */
export async function writeScores(
  file: string,
  { tested, calibrationImages }: Pick<Evaluated, "tested" | "calibrationImages">,
): Promise<void> {
  const rows = [
    ["image", "class", "label", "score", "split", "defect", "predicted"],
    ...tested.flatMap(({ data, images }) =>
      images.map(({ item, score, class: used }) => [item.id, data.name, isGood(item) ? 0 : 1, score, "test", item.label, used]),
    ),
    ...calibrationImages.map(({ item, class: name, used, score }) => [item.id, name, 0, score, "calibration", "good", used]),
  ];
  await writeFileAtomic(file, rows.map(csvRow).join(""));
}

import { LtadError } from "@ltad/core";
import { type ImageScores, imageScores, type ScoredImage } from "@ltad/metrics";
import { readTable, tableError, type TableRow } from "./read-table.js";
import { rowRemarks } from "./score-remarks.js";
import { CellFault, labelReader, numberReader } from "./score-cells.js";

/** The names that programs give to the columns. If a file has several of them, the first one here is read. */
const columns = {
  score: ["score", "anomaly_score", "pred_score", "image_score", "y_score"],
  label: ["label", "anomaly", "gt_label", "is_anomaly", "ground_truth", "y_true"],
  image: ["image", "file", "filename", "path", "name", "image_path", "img_path", "file_path", "filepath"],
  class: ["class", "category"],
  split: ["split"],
} as const;
type Column = keyof typeof columns;

/** The scores of one class of any detector. */
export interface ClassScores {
  readonly test: ImageScores;
  /** Good images of the split "calibration", which are not tested. */
  readonly calibration: readonly ScoredImage[];
}

/** Options of {@link readScores}. */
export interface ReadScoresOptions {
  /** Is called with a sentence about anything unusual in the file. */
  readonly onRemark?: (remark: string) => void;
}

/**
 * Reads a table of scores with a header: `score`, `label` (0 or good, 1 or anomaly) and, optionally, `image`, `class` and `split` (test or calibration).
 * Every row counts, even if it repeats the name of an image, which causes a remark.
 * @returns the scores by class, in the order of the file
 * @throws LtadError `LTAD_DATA` that names the file and the faulty lines
 */
export async function readScores(file: string, { onRemark }: ReadScoresOptions = {}): Promise<Map<string, ClassScores>> {
  const [head, ...rows] = await readTable(file, (cells) => placesOf(cells).score >= 0 && placesOf(cells).label >= 0);
  const places = placesOf(head?.cells ?? []);
  if (places.score < 0 || places.label < 0)
    throw tableError(
      file,
      `expected a header with the columns score and label (and, optionally, image, class and split), received "${head?.cells.join(",") ?? ""}".`,
    );
  if (rows.length === 0) throw tableError(file, "there is no line below the header.");
  const images = readRows(rows, places, file);
  for (const remark of [...unread(head?.cells ?? []), ...rowRemarks(images)]) onRemark?.(`${file}: ${remark}`);
  return byClass(images);
}

/** An image as its row has it. */
interface ScoreRow extends ScoredImage {
  readonly class: string;
  readonly isCalibration: boolean;
  readonly line: number;
  /** Empty where the file has no name for it. */
  readonly image: string;
  /** The name of a defect in place of a label. */
  readonly kind: string | undefined;
}

function placesOf(header: readonly string[]): Record<Column, number> {
  const names = header.map((cell) => cell.trim().toLowerCase());
  const place = (column: Column) => names.indexOf(columns[column].find((name) => names.includes(name)) ?? "\0");
  return { score: place("score"), label: place("label"), image: place("image"), class: place("class"), split: place("split") };
}

/** Columns that could have been read in place of another. */
function unread(header: readonly string[]): string[] {
  const names = header.map((cell) => cell.trim().toLowerCase());
  const places = placesOf(header);
  return (["score", "label", "class"] as const).flatMap((column) => {
    const all: readonly string[] = columns[column];
    const others = names.filter((name, i) => all.includes(name) && i !== places[column]);
    return others.length === 0 ? [] : [`the column ${names[places[column]]} is read as ${column}, not ${others.join(", ")}.`];
  });
}

function readRows(rows: readonly TableRow[], places: Record<Column, number>, file: string): ScoreRow[] {
  const cell = ({ cells }: TableRow, column: Column) => cells[places[column]]?.trim().normalize("NFC") ?? "";
  const numberOf = numberReader(rows.map((row) => cell(row, "score")));
  const labelOf = labelReader(rows.map((row) => cell(row, "label")));
  const hasClasses = rows.some((row) => cell(row, "class") !== "");
  const faults: string[] = [];
  const images = rows.flatMap((row): ScoreRow[] => {
    try {
      const score = numberOf(cell(row, "score"));
      const { anomaly, isKind } = labelOf(cell(row, "label"));
      const image = cell(row, "image");
      return [
        {
          score,
          anomaly,
          name: image || `line ${row.line}`,
          class: classOf(cell(row, "class"), hasClasses),
          isCalibration: isCalibration(cell(row, "split"), anomaly),
          line: row.line,
          image,
          kind: isKind ? cell(row, "label") : undefined,
        },
      ];
    } catch (error) {
      if (!(error instanceof CellFault)) throw error;
      faults.push(`line ${row.line}: ${error.message}`);
      return [];
    }
  });
  if (faults.length === 0) return images;
  const more = faults.length > 5 ? `; and ${faults.length - 5} more lines` : "";
  throw new LtadError("LTAD_DATA", `${file}: ${faults.slice(0, 5).join("; ")}${more}.`, { details: { file } });
}

function classOf(name: string, hasClasses: boolean): string {
  if (name === "" && hasClasses) throw new CellFault("the class is empty, and other lines have one");
  return name || "all";
}

function isCalibration(split: string, anomaly: boolean): boolean {
  const name = split.toLowerCase();
  if (name === "" || name === "test") return false;
  if (name !== "calibration") throw new CellFault(`expected the split test or calibration, received "${split}"`);
  if (anomaly) throw new CellFault("an image of the split calibration must be good");
  return true;
}

function byClass(images: readonly ScoreRow[]): Map<string, ClassScores> {
  const found = new Map<string, { test: ImageScores; calibration: ScoredImage[] }>();
  for (const { score, anomaly, name, class: className, isCalibration: forCalibration } of images) {
    const scores = found.get(className) ?? { test: imageScores(), calibration: [] };
    found.set(className, scores);
    if (forCalibration) scores.calibration.push({ score, anomaly, name });
    else scores.test.add({ score, anomaly, name });
  }
  return found;
}

import { readFile, stat } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { type ImageScores, imageScores, type ScoredImage } from "@ltad/metrics";
import { parse } from "csv-parse/sync";

const maxBytes = 256 * 1024 * 1024;
const columns = {
  score: ["score", "anomaly_score"],
  label: ["label", "anomaly"],
  image: ["image", "file", "filename", "path", "name"],
  class: ["class", "category"],
  split: ["split"],
} as const;
const good = new Set(["0", "false", "good", "normal"]);
const anomalous = new Set(["1", "true", "bad", "anomaly", "anomalous", "defect", "defective"]);

/** The scores of one class of any detector. */
export interface ClassScores {
  readonly test: ImageScores;
  /** Good images of the split "calibration", which are not tested. */
  readonly calibration: readonly ScoredImage[];
}

/**
 * Reads a CSV with a header: `score`, `label` (0 or good, 1 or anomaly) and, if wanted, `image`, `class` and `split` (test or calibration).
 * @returns by class, in the order of the file
 * @throws LtadError `LTAD_DATA` that names the file and the line
 */
export async function readScores(file: string): Promise<Map<string, ClassScores>> {
  const [head, ...rows] = parseRows(await readText(file), file);
  const header = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const columnOf = (name: keyof typeof columns) => header.findIndex((cell) => (columns[name] as readonly string[]).includes(cell));
  if (columnOf("score") < 0 || columnOf("label") < 0)
    throw scoresError(
      file,
      `expected a header with the columns score and label (and, if wanted, image, class, split), received "${header.join(",")}".`,
    );
  if (rows.length === 0) throw scoresError(file, "there is no line below the header.");
  const found = new Map<string, { test: ImageScores; calibration: ScoredImage[] }>();
  for (const { cells, line } of rows) {
    const cell = (name: keyof typeof columns) => cells[columnOf(name)]?.trim() ?? "";
    const where = `${file}: line ${line}`;
    const image = {
      score: numberOf(cell("score"), where),
      anomaly: isAnomaly(cell("label"), where),
      name: cell("image") || `line ${line}`,
    };
    const name = cell("class") || "all";
    const scores = found.get(name) ?? { test: imageScores(), calibration: [] };
    found.set(name, scores);
    if (isCalibration(cell("split"), image, where)) scores.calibration.push(image);
    else scores.test.add(image);
  }
  return found;
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file).catch((error: unknown) => Promise.reject(readError(file, error)));
  if (size > maxBytes) throw scoresError(file, `the file has ${size} bytes; at most ${maxBytes} are read.`);
  return readFile(file, "utf8").catch((error: unknown) => Promise.reject(readError(file, error)));
}

function parseRows(text: string, file: string): { cells: string[]; line: number }[] {
  try {
    const rows = parse(text, { bom: true, skip_empty_lines: true, info: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    throw scoresError(file, `this is not a readable CSV file (${(error as Error).message}).`, error);
  }
}

function numberOf(text: string, where: string): number {
  const value = text === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw scoresError(where, `the score is "${text}"; scores must be finite numbers.`);
}

function isAnomaly(text: string, where: string): boolean {
  const label = text.toLowerCase();
  if (good.has(label)) return false;
  if (anomalous.has(label)) return true;
  throw scoresError(where, `the label is "${text}"; expected 0 or good, 1 or anomaly.`);
}

function isCalibration(split: string, { anomaly }: ScoredImage, where: string): boolean {
  if (split === "" || split === "test") return false;
  if (split !== "calibration") throw scoresError(where, `expected the split test or calibration, received "${split}".`);
  if (anomaly) throw scoresError(where, "an image of the split calibration must be good.");
  return true;
}

function readError(file: string, error: unknown): LtadError {
  const { code, message } = error as NodeJS.ErrnoException;
  return scoresError(file, code === "ENOENT" ? "there is no such file." : `the file cannot be read (${message}).`, error);
}

/** @param where the file, or the file and the line */
function scoresError(where: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_DATA", `${where}: ${why}`, { details: { file: where.split(": line ")[0] }, cause });
}

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
 * Reads a CSV with a header: `score`, `label` (0 or good, 1 or anomaly), and if wanted `image`, `class`, `split` (test or calibration).
 * @returns by class in the order of the file
 * @throws LtadError `LTAD_DATA` that names file and line
 */
export async function readScores(file: string): Promise<Map<string, ClassScores>> {
  const fail = (why: string): never => {
    throw new LtadError("LTAD_DATA", `${file}: ${why}`, { details: { file } });
  };
  const rows = parseRows(await readText(file, fail), fail);
  const header = (rows[0]?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  const at = (name: keyof typeof columns) => header.findIndex((cell) => (columns[name] as readonly string[]).includes(cell));
  if (at("score") < 0 || at("label") < 0)
    return fail(`expected a header with the columns score and label (and image, class, split), received "${header.join(",")}".`);
  const found = new Map<string, { test: ImageScores; calibration: ScoredImage[] }>();
  for (const { cells, line } of rows.slice(1)) {
    const cell = (name: keyof typeof columns) => (at(name) < 0 ? "" : (cells[at(name)] ?? "").trim());
    const where = (why: string) => fail(`line ${line}: ${why}`);
    const image = {
      score: numberOf(cell("score"), where),
      anomaly: isAnomaly(cell("label"), where),
      name: cell("image") || `line ${line}`,
    };
    const name = cell("class") || "all";
    if (!found.has(name)) found.set(name, { test: imageScores(), calibration: [] });
    const own = found.get(name)!;
    if (cell("split") === "calibration") {
      if (image.anomaly) where("an image of the split calibration must be good.");
      own.calibration.push(image);
    } else if (cell("split") === "" || cell("split") === "test") own.test.add(image);
    else where(`expected the split test or calibration, received "${cell("split")}".`);
  }
  return found.size > 0 ? found : fail("it has no line below its header.");
}

type Fail = (why: string) => never;

async function readText(file: string, fail: Fail): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) fail(`it has ${size} bytes; at most ${maxBytes} are read.`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof LtadError) throw error;
    return fail(`cannot be read (${(error as Error).message}).`);
  }
}

function parseRows(text: string, fail: Fail): { cells: string[]; line: number }[] {
  try {
    const rows = parse(text, { bom: true, skip_empty_lines: true, info: true }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return rows.map(({ record, info }) => ({ cells: record, line: info.lines }));
  } catch (error) {
    return fail(`no readable CSV (${(error as Error).message}).`);
  }
}

function numberOf(text: string, fail: Fail): number {
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : fail(`its score is "${text}"; scores must be finite numbers.`);
}

function isAnomaly(text: string, fail: Fail): boolean {
  const label = text.toLowerCase();
  if (good.has(label)) return false;
  return anomalous.has(label) ? true : fail(`its label is "${text}"; expected 0 or good, 1 or anomaly.`);
}

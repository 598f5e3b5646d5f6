import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { LtadError } from "@ltad/core";

/** One result of a log. */
export interface LoggedResult {
  readonly file: string;
  readonly class: string;
  readonly score: number;
  readonly distance: number | null;
}

/**
 * Results of `predict --json`, of `predict --csv` and of `watch`, one after another, however large the file is. Images that could not be read
 * are left out.
 * @throws LtadError `LTAD_DATA` for a file that cannot be read, or a line that is no result
 */
export async function* readResults(path: string): AsyncGenerator<LoggedResult> {
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Infinity });
  const fail = (what: string, cause?: unknown) => new LtadError("LTAD_DATA", `${path}: ${what}`, { cause, details: { file: path } });
  let [head, number, open]: [readonly string[] | undefined, number, string] = [undefined, 0, ""];
  try {
    for await (const text of lines) {
      number++;
      if (text.trim() === "") continue;
      if (!head && (open === "" ? text : open).trimStart().startsWith("{")) {
        const found = resultOf(jsonOf(text) ?? {});
        if (found === undefined) throw fail(`line ${number}: expected a result with class and score, as \`predict --json\` writes them.`);
        if (found) yield found;
        continue;
      }
      open = open === "" ? text : `${open}\n${text}`; // a quoted cell may hold line breaks
      if ((open.match(/"/g)?.length ?? 0) % 2 === 1 && open.length < 1e6) continue;
      const cells = cellsOf(open.replace(/^\ufeff/, ""));
      open = "";
      if (!head) {
        head = cells;
        if (!head.includes("class") || !head.includes("score"))
          throw fail("expected lines of JSON, or a table with the columns class and score, as `predict --csv` writes it.");
        continue;
      }
      const found = resultOf(Object.fromEntries(head.map((name, i) => [name, cells[i] ?? ""])));
      if (found === undefined) throw fail(`line ${number}: expected a class and a score.`);
      if (found) yield found;
    }
  } catch (error) {
    if (error instanceof LtadError) throw error;
    throw fail(`cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message}).`, error);
  } finally {
    lines.close();
    input.destroy();
  }
}

/** Null for an image that could not be read; undefined for what is no result. */
function resultOf(fields: Readonly<Record<string, unknown>>): LoggedResult | null | undefined {
  const { file = "", class: name, score, distance = null, error } = fields;
  if (typeof error === "string" && error !== "") return null;
  const value = score === "" ? Number.NaN : Number(score);
  if (typeof name !== "string" || name === "" || !["number", "string"].includes(typeof score) || !Number.isFinite(value)) return undefined;
  return { file: String(file), class: name, score: value, distance: distance === null || distance === "" ? null : Number(distance) };
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The cells of one row, RFC 4180. */
function cellsOf(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gs)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

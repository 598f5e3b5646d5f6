import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeError } from "@ltad/core";
import type { ShardInfo } from "../shard/shard-result.js";

/** How scores are written: a line of JSON for each image, or columns, which DuckDB, pandas and Spark read. */
export type ScoreFormat = "jsonl" | "parquet";

type Score = NonNullable<ShardInfo["scores"]>[number];

/** A file of scores that grows. */
export interface ScoreFile {
  add(scores: readonly Score[]): Promise<void>;
  close(): Promise<void>;
}

/** Creates scores.jsonl or scores.parquet. */
export async function openScoreFile(folder: string, format: ScoreFormat): Promise<ScoreFile> {
  const file = join(folder, `scores.${format}`);
  const scores = format === "parquet" ? await parquetFile(file) : jsonLines(file);
  await scores.add([]);
  return scores;
}

function jsonLines(file: string): ScoreFile {
  return {
    add: (scores) => writeFile(file, scores.map((score) => `${JSON.stringify(score)}\n`).join(""), { flag: "a" }),
    close: async () => undefined,
  };
}

/** Rows that are in memory. */
const groupRows = 100_000;

interface Column {
  readonly name: keyof Score;
  readonly type: "STRING" | "DOUBLE" | "BOOLEAN";
  readonly nullable: boolean;
  readonly value: (score: Score) => string | number | boolean | null;
}

const columns: readonly Column[] = [
  { name: "id", type: "STRING", nullable: false, value: (score) => score.id },
  { name: "class", type: "STRING", nullable: false, value: (score) => score.class },
  { name: "score", type: "DOUBLE", nullable: false, value: (score) => score.score },
  { name: "isAnomalous", type: "BOOLEAN", nullable: true, value: (score) => score.isAnomalous ?? null },
  { name: "limit", type: "DOUBLE", nullable: true, value: (score) => score.limit ?? null },
];

async function parquetFile(file: string): Promise<ScoreFile> {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await import("hyparquet-writer");
  const dataOf = (scores: readonly Score[]) =>
    columns.map(({ name, type, nullable, value }) => ({ name, type, nullable, data: scores.map(value) }));
  const guarded = async <T>(write: () => T | Promise<T>) => {
    try {
      return await write();
    } catch (error) {
      throw writeError(file, error);
    }
  };
  const schema = schemaFromColumnData({ columnData: dataOf([]) });
  const writer = await guarded(() => new ParquetWriter({ writer: fileWriter(file), schema }));
  let rows: Score[] = [];
  const flush = (least: number) =>
    guarded(async () => {
      if (rows.length < least) return;
      await writer.write({ columnData: dataOf(rows), rowGroupSize: groupRows });
      rows = [];
    });
  return {
    async add(scores) {
      rows = [...rows, ...scores];
      await flush(groupRows);
    },
    async close() {
      await flush(1);
      await guarded(() => writer.finish());
    },
  };
}

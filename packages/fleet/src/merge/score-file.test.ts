import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, it } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { openScoreFile } from "./score-file.js";

const scores = [
  { id: "a/ü.png", class: "screw", score: 0.123_456_789_012, isAnomalous: true, limit: 0.1 },
  { id: "b.png", class: "nut", score: -1, isAnomalous: false, limit: null },
  { id: "c.png", class: "nut", score: 2 },
];

async function bytesOf(file: string): Promise<ArrayBuffer> {
  return new Uint8Array(await readFile(file)).buffer;
}

it("writes columns that another reader gives back, of all additions", async () => {
  const folder = await temporaryFolder();
  const file = await openScoreFile(folder, "parquet");
  await file.add(scores.slice(0, 1));
  await file.add(scores.slice(1));
  await file.close();
  const bytes = await bytesOf(join(folder, "scores.parquet"));
  expect(await parquetReadObjects({ file: bytes })).toEqual(scores.map((score) => ({ isAnomalous: null, limit: null, ...score })));
  const { schema } = parquetMetadata(bytes);
  expect(schema.slice(1).map(({ name, type, repetition_type: kind }) => `${name} ${type} ${kind}`)).toEqual([
    "id BYTE_ARRAY REQUIRED",
    "class BYTE_ARRAY REQUIRED",
    "score DOUBLE REQUIRED",
    "isAnomalous BOOLEAN OPTIONAL",
    "limit DOUBLE OPTIONAL",
  ]);
});

it.each(["jsonl", "parquet"] as const)("writes a file without a row as %s", async (format) => {
  const folder = await temporaryFolder();
  const file = await openScoreFile(folder, format);
  await file.close();
  const bytes = await bytesOf(join(folder, `scores.${format}`));
  expect(format === "jsonl" ? bytes.byteLength : (await parquetReadObjects({ file: bytes })).length).toBe(0);
});

it("says that it cannot write", async () => {
  await expect(openScoreFile("/dev/null/folder", "parquet")).rejects.toMatchObject({ code: "LTAD_WRITE" });
});

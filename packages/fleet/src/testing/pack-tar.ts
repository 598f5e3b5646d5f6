import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Header, pack } from "tar-stream";

/** A member of an archive for a test. */
export interface TestMember extends Partial<Header> {
  readonly name: string;
  readonly content?: Uint8Array | string;
}

/** An archive in memory. */
export async function tarOf(members: readonly TestMember[]): Promise<Buffer> {
  const writer = pack();
  for (const { content = "", ...header } of members) writer.entry(header, Buffer.from(content));
  writer.finalize();
  return buffer(writer);
}

/** Packs files of a folder. @param files paths below it */
export async function packFiles(folder: string, files: readonly string[], archive: string): Promise<void> {
  const writer = pack();
  const written = pipeline(writer, createWriteStream(archive));
  for (const file of files) writer.entry({ name: file }, await readFile(join(folder, file)));
  writer.finalize();
  await written;
}

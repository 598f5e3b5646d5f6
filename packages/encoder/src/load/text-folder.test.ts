import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, float32, type NdArray } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { fixture, jsonFixture } from "../testing/fixtures.js";
import { formulaTensor } from "../testing/formula-weights.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { openFolder } from "@ltad/hub";
import { openTextFolder } from "./text-folder.js";
import { mkdir } from "node:fs/promises";

const open = async (path: string) => openTextFolder(await openFolder(path));

/** A small MiniLM as sentence-transformers lays it out. */
async function sentenceFolder(): Promise<string> {
  const folder = await temporaryFolder();
  const { config, tensors } = await jsonFixture<{ config: unknown; tensors: Record<string, number[]> }>(
    "text/__fixtures__/sentence-bert.json",
  );
  const arrays: Record<string, NdArray> = Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => [name, formulaTensor(name, shape)]),
  );
  arrays["embeddings.position_ids"] = float32([1, 12]);
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "model.safetensors"), encodeSafetensors(arrays, { format: "pt" }));
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) await cp(fixture(`__fixtures__/bert/${file}`), join(folder, file));
  await mkdir(join(folder, "1_Pooling"));
  await writePooling(folder, { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true });
  return folder;
}

const writePooling = (folder: string, modes: Record<string, boolean>) =>
  writeFile(join(folder, "1_Pooling", "config.json"), JSON.stringify({ word_embedding_dimension: 24, ...modes }));

describe("a sentence encoder's folder", () => {
  it("opens, and pools as 1_Pooling says", async () => {
    const folder = await sentenceFolder();
    const mean = await open(folder);
    expect(mean).toMatchObject({ tokenSize: 24, size: 24, maxTokens: 10 });
    expect(mean.tokenize("A broken bottle")).toEqual([51, 182, 190]);
    await writePooling(folder, { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false });
    const first = await open(folder);
    expect(first.id).not.toBe(mean.id);
    await rm(join(folder, "1_Pooling"), { recursive: true });
    expect((await open(folder)).id).toBe(mean.id);
    await mkdir(join(folder, "1_Pooling"));
    await writePooling(folder, { pooling_mode_max_tokens: true });
    await expect(open(folder)).rejects.toThrow("expected mean or first-token pooling, received pooling_mode_max_tokens");
  });

  it("leaves out the tokens behind max_seq_length, special ones counted", async () => {
    const folder = await sentenceFolder();
    const whole = await open(folder);
    await writeFile(join(folder, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: 6, do_lower_case: false }));
    const short = await open(folder);
    expect([whole.maxTokens, short.maxTokens]).toEqual([10, 4]);
    expect(short.id).not.toBe(whole.id);
    await writeFile(join(folder, "sentence_bert_config.json"), JSON.stringify({ max_seq_length: "long" }));
    await expect(open(folder)).rejects.toMatchObject({
      code: "LTAD_WEIGHTS",
      message: expect.stringContaining("max_seq_length") as string,
    });
  });

  it("names what is missing or damaged", async () => {
    const folder = await sentenceFolder();
    const refuses = (message: string) =>
      expect(open(folder)).rejects.toMatchObject({ code: "LTAD_WEIGHTS", message: expect.stringContaining(message) as string });
    await writeFile(
      join(folder, "model.safetensors"),
      encodeSafetensors({ "embeddings.word_embeddings.weight": float32([305, 24]) }).subarray(0, 200),
    );
    await refuses("model.safetensors: not a readable safetensors file");
    await writeFile(join(folder, "model.safetensors"), encodeSafetensors({ "embeddings.word_embeddings.weight": float32([305, 24]) }));
    await refuses("embeddings.position_embeddings.weight: expected [12, 24], received nothing");
    await writeFile(join(folder, "model.safetensors"), encodeSafetensors({ conv: float32([1]) }));
    await refuses("embeddings.word_embeddings.weight: expected word vectors [vocabulary, width], received nothing");
    await rm(join(folder, "tokenizer.json"));
    await refuses("tokenizer.json is missing. Fetch it with the model");
    await rm(join(folder, "config.json"));
    await refuses("config.json is missing");
  });
});

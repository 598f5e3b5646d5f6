import { LtadError } from "@ltad/core";
import type { FetchOptions } from "../fetch/fetch-options.js";
import { type HubModel, type HubSnapshot, openSnapshot } from "../fetch/hub.js";
import type { EncoderKind } from "./catalogue.js";
import { type ModelFolder, openFolder, readJson } from "./folder.js";
import { imageFiles } from "./image-folder.js";

/** What describes a model; small, and fetched where it is there. */
const descriptions: Readonly<Record<EncoderKind, readonly string[]>> = {
  image: ["encoder.json", "config.json", "preprocessor_config.json"],
  text: ["config.json", "tokenizer.json", "tokenizer_config.json", "1_Pooling/config.json"],
};

/**
 * The files of a hub model that an encoder of this kind needs, fetched unless they are there. When the hub cannot be reached, what is here serves.
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_WEIGHTS` when the model has no weights that we read
 */
export async function hubFolder(
  model: HubModel & { readonly name: string },
  kind: EncoderKind,
  options: FetchOptions,
): Promise<ModelFolder> {
  const snapshot = await reachableSnapshot(model, options);
  const source = `${model.repository}@${model.revision}`;
  const open = async () => ({ ...(await openFolder(snapshot.folder)), source, name: model.name });
  if (snapshot.isCurrent) await fetchModel(snapshot, kind, source, open);
  options.onFetch?.({ status: "ready", name: model.repository });
  return open();
}

/** The hub's word on a revision, else what is here of it. */
async function reachableSnapshot(model: HubModel, options: FetchOptions): Promise<HubSnapshot & { readonly isCurrent: boolean }> {
  try {
    return { ...(await openSnapshot(model, options)), isCurrent: !options.offline };
  } catch (error) {
    if (!(error instanceof LtadError) || error.details["unreachable"] !== true) throw error;
    const kept = await openSnapshot(model, { ...options, offline: true }).catch(() => {
      throw error;
    });
    return { ...kept, isCurrent: false };
  }
}

async function fetchModel(snapshot: HubSnapshot, kind: EncoderKind, source: string, open: () => Promise<ModelFolder>): Promise<void> {
  for (const file of descriptions[kind]) if (snapshot.files.includes(file)) await snapshot.fetch(file);
  const files = kind === "image" ? await imageFiles({ ...(await open()), files: snapshot.files }) : weights(snapshot.files);
  if (files.length === 0)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: expected model.safetensors${kind === "image" ? " or an ONNX export" : ""}, found ${snapshot.files.join(", ") || "nothing"}. Look for a copy of the model with safetensors.`,
      { details: { source, otherKind: true } },
    );
  for (const file of files) await snapshot.fetch(file);
  const index = files.find((file) => file.endsWith(".index.json"));
  if (index === undefined) return;
  const { weight_map: parts = {} } = (await readJson(await open(), index)) as { weight_map?: Record<string, unknown> };
  for (const part of new Set(Object.values(parts)))
    if (typeof part === "string" && snapshot.files.includes(part)) await snapshot.fetch(part);
}

function weights(files: readonly string[]): string[] {
  const file = ["model.safetensors", "model.safetensors.index.json"].find((name) => files.includes(name));
  return file === undefined ? [] : [file];
}

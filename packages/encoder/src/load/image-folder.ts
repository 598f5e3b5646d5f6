import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { efficientNetEncoder, type ImageEncoder } from "../image/image-encoder.js";
import { efficientNetGraphParams } from "../image/efficient-net-graph.js";
import { openEfficientNet } from "../image/open-efficient-net.js";
import { readOnnxFile } from "@ltad/onnx";
import { knownManifest, knownModelTypes } from "../onnx/known-models.js";
import { type OnnxImageEncoder, onnxImageEncoder } from "../onnx/onnx-image-encoder.js";
import { type OnnxManifest, parseOnnxManifest } from "../onnx/onnx-manifest.js";
import { readGraphModel } from "../weights/graph-model.js";
import { type ModelFolder, openWeights, readJson } from "./folder.js";
import { graphFiles } from "./graph-files.js";

/** Either kind of image encoder: TensorFlow.js functions over weights, or an ONNX model. */
export type AnyImageEncoder = ImageEncoder | OnnxImageEncoder;

/** What a caller knows about an image model. */
export interface ImageFolderOptions {
  /** As timm names it: `efficientnet_b4` or `tf_efficientnet_b4`; wins over config.json. */
  readonly architecture?: string | undefined;
}

/**
 * The image encoder of a model folder or weight file: an `encoder.json`, an ONNX export of a known model, a TF.js graph of an EfficientNet,
 * or an EfficientNet's safetensors.
 * @throws LtadError `LTAD_WEIGHTS` when it holds none that we can read
 */
export async function openImageFolder(model: ModelFolder, options: ImageFolderOptions = {}): Promise<AnyImageEncoder> {
  const { source, name, files } = model;
  const manifest = await onnxManifest(model);
  if (manifest) return openOnnx(model, manifest);
  if (files.includes("model.json")) return openGraph(model);
  return openEfficientNet(await openWeights(model), {
    source,
    name,
    config: await readJson(model, "config.json"),
    preprocessor: await readJson(model, "preprocessor_config.json"),
    architecture: options.architecture,
  });
}

/**
 * The files of a model that hold its image encoder, by what describes it.
 * @param model with `encoder.json`, `config.json` at hand, and in `files` all that it could have
 */
export async function imageFiles(model: ModelFolder): Promise<string[]> {
  const manifest = await onnxManifest(model);
  if (manifest)
    return model.files.filter((file) => file === manifest.model || file === `${manifest.model}_data` || file === `${manifest.model}.data`);
  return ["model.safetensors", "model.safetensors.index.json"].filter((name) => model.files.includes(name)).slice(0, 1);
}

async function onnxManifest(model: ModelFolder): Promise<OnnxManifest | undefined> {
  const { source, name, files } = model;
  const own = await readJson(model, "encoder.json");
  if (own !== undefined) return parseOnnxManifest(own, `${source}: encoder.json`);
  const config = (await readJson(model, "config.json")) as { model_type?: unknown } | undefined;
  if (typeof config?.model_type === "string" && knownModelTypes.includes(config.model_type))
    return withFile(knownManifest(name, config, await readJson(model, "preprocessor_config.json"), source), files);
  const bare = files.find((file) => file.endsWith(".onnx"));
  if (bare === undefined || files.some((file) => file.endsWith(".safetensors"))) return undefined;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: ${bare} needs an encoder.json beside it that says what its outputs are (docs/encoders.md), and the folder as the path.`,
  );
}

/** optimum writes `model.onnx` beside config.json, onnx-community into `onnx/`. */
function withFile(manifest: OnnxManifest, files: readonly string[]): OnnxManifest {
  const all = files.filter((file) => file.endsWith(".onnx"));
  const beside = manifest.model.replace("onnx/", "");
  const file = [manifest.model, beside].find((name) => all.includes(name)) ?? (all.length === 1 ? all[0] : undefined);
  return { ...manifest, model: file ?? manifest.model };
}

async function openOnnx({ folder, source, files }: ModelFolder, manifest: OnnxManifest): Promise<OnnxImageEncoder> {
  const place = join(folder, manifest.model);
  const model = await readOnnxFile(place, `${source}: ${manifest.model}`).catch((cause: unknown) => {
    if (cause instanceof LtadError) throw cause;
    const hint = files.some((file) => file.endsWith(".safetensors"))
      ? " Vision transformers are read as ONNX: export it (optimum-cli export onnx), or fetch its onnx-community twin."
      : "";
    throw new LtadError("LTAD_WEIGHTS", `${source}: ${manifest.model} cannot be read (${(cause as Error).message}).${hint}`, {
      cause,
      details: { source, otherKind: true },
    });
  });
  return onnxImageEncoder(model, manifest, `${source}: ${manifest.model}`);
}

/** A TF.js graph, as TensorFlow.js writes it. */
async function openGraph(model: ModelFolder): Promise<ImageEncoder> {
  const { source, name } = model;
  const { plan, params } = efficientNetGraphParams(readGraphModel(await graphFiles(model), source), source);
  return efficientNetEncoder({ ...plan, name }, params);
}

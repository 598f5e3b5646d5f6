import { LtadError } from "@ltad/core";
import type { ModelFolder } from "@ltad/hub";
import { efficientNetEncoder, type ImageEncoder } from "../image/image-encoder.js";
import { efficientNetGraphParams } from "../image/efficient-net-graph.js";
import { openEfficientNet } from "../image/open-efficient-net.js";
import { readOnnxFile } from "@ltad/onnx";
import { knownManifest, knownModelTypes } from "../onnx/known-models.js";
import { type OnnxImageEncoder, onnxImageEncoder } from "../onnx/onnx-image-encoder.js";
import { type OnnxManifest, parseOnnxManifest } from "../onnx/onnx-manifest.js";
import { readGraphModel } from "../weights/graph-model.js";
import { graphFiles } from "./graph-files.js";

/** An image encoder of either kind: a TensorFlow.js function of its weights, or an ONNX model. */
export type AnyImageEncoder = ImageEncoder | OnnxImageEncoder;

/** What the caller knows about an image model. */
export interface ImageFolderOptions {
  /** The name that timm uses, `efficientnet_b4` or `tf_efficientnet_b4`. It takes precedence over config.json. */
  readonly architecture?: string | undefined;
}

/**
 * Opens the image encoder of a model folder or weight file: an `encoder.json`, an ONNX export of a known model, a TF.js graph of an
 * EfficientNet, or the safetensors of an EfficientNet.
 * @throws LtadError `LTAD_WEIGHTS` when there is none that this package can read
 */
export async function openImageFolder(model: ModelFolder, options: ImageFolderOptions = {}): Promise<AnyImageEncoder> {
  const { source, name, files } = model;
  const manifest = await onnxManifest(model);
  if (manifest) return openOnnx(model, manifest);
  if (files.includes("model.json")) return openGraph(model);
  return openEfficientNet(await model.safetensors(), {
    source,
    name,
    config: await model.json("config.json"),
    preprocessor: await model.json("preprocessor_config.json"),
    architecture: options.architecture,
  });
}

async function onnxManifest(model: ModelFolder): Promise<OnnxManifest | undefined> {
  const { source, name, files } = model;
  const own = await model.json("encoder.json");
  if (own !== undefined) return parseOnnxManifest(own, `${source}: encoder.json`);
  const config = (await model.json("config.json")) as { model_type?: unknown } | undefined;
  if (typeof config?.model_type === "string" && knownModelTypes.includes(config.model_type))
    return withFile(knownManifest(name, config, await model.json("preprocessor_config.json"), source), files);
  const bare = files.find((file) => file.endsWith(".onnx"));
  if (bare === undefined || files.some((file) => file.endsWith(".safetensors"))) return undefined;
  throw new LtadError(
    "LTAD_WEIGHTS",
    `${source}: ${bare} needs an encoder.json next to it that describes its outputs (docs/encoders.md). Then give the folder as the path.`,
  );
}

/** optimum writes `model.onnx` beside config.json; onnx-community writes it into `onnx/`. */
function withFile(manifest: OnnxManifest, files: readonly string[]): OnnxManifest {
  const all = files.filter((file) => file.endsWith(".onnx"));
  const beside = manifest.model.replace("onnx/", "");
  const file = [manifest.model, beside].find((name) => all.includes(name)) ?? (all.length === 1 ? all[0] : undefined);
  return { ...manifest, model: file ?? manifest.model };
}

async function openOnnx(model: ModelFolder, manifest: OnnxManifest): Promise<OnnxImageEncoder> {
  const name = `${model.source}: ${manifest.model}`;
  const bytes = await readOnnxFile(await onnxPath(model, manifest.model), name).catch((cause: unknown) => {
    if (cause instanceof LtadError) throw cause;
    throw unreadableError(model, manifest.model, (cause as Error).message, cause);
  });
  return onnxImageEncoder(bytes, manifest, name);
}

/** The path of the model; the files beside it that may hold its weights are fetched too. */
async function onnxPath(model: ModelFolder, file: string): Promise<string> {
  if (!model.files.includes(file)) throw unreadableError(model, file, "there is no such file");
  for (const beside of [`${file}_data`, `${file}.data`]) if (model.files.includes(beside)) await model.path(beside);
  return model.path(file);
}

function unreadableError({ source, files }: ModelFolder, file: string, why: string, cause?: unknown): LtadError {
  const hint = files.some((name) => name.endsWith(".safetensors"))
    ? " Vision transformers are read as ONNX: export the model (optimum-cli export onnx), or fetch its copy from onnx-community."
    : "";
  return new LtadError("LTAD_WEIGHTS", `${source}: ${file} cannot be read (${why}).${hint}`, {
    cause,
    details: { source, otherKind: true },
  });
}

/** Opens an EfficientNet that TensorFlow.js saved as a graph model. */
async function openGraph(model: ModelFolder): Promise<ImageEncoder> {
  const { source, name } = model;
  const { plan, params } = efficientNetGraphParams(readGraphModel(await graphFiles(model), source), source);
  return efficientNetEncoder({ ...plan, name }, params);
}

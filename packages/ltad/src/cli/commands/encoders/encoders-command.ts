import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isNdArray, flatten, LtadError, sizeOf, writeFileAtomic } from "@ltad/core";
import { plural } from "@ltad/core/format";
import {
  type AnyImageEncoder,
  catalogue,
  checkImageSize,
  type FeatureDefaults,
  featureDefaults,
  imageGraph,
  type ImageHead,
  loadEncoder,
  type LoadedEncoder,
  loadImageEncoder,
  type LoadOptions,
  loadTextEncoder,
  localFolder,
  type Precision,
  type TextEncoder,
} from "@ltad/encoder";
import { cacheDirIn, hubSettings } from "../../../environment.js";
import type { Io } from "../../io.js";
import { type CommonOptions, type Session, withSession } from "../../session.js";
import { textTable } from "../../table.js";
import { typedCommand } from "../../typed-command.js";

interface EncoderCommandOptions extends CommonOptions {
  readonly cacheDir?: string;
  readonly offline?: boolean;
}

export interface ExportCommandOptions extends EncoderCommandOptions {
  readonly out: string;
  readonly size?: number;
  readonly precision: Precision;
}

const goOn = "The part that was downloaded is kept; run the command again.";

/** Every encoder with a short name, and where it is on this disk. */
export async function listEncoders(io: Io, options: EncoderCommandOptions): Promise<void> {
  await withSession(io, options, goOn, async (session) => {
    const settings = loadOptions(session, options);
    const rows = catalogue.map((entry) => {
      const folder = localFolder(entry.name, settings);
      return { ...entry, folder: existsSync(folder) ? folder : null };
    });
    for (const row of rows) session.printJson(row);
    const cells = rows.map(({ name, kinds, licence, folder }) => [name, kinds.join(", "), licence, folder ? "yes" : "no"]);
    const [head, ...lines] = textTable(["encoder", "gives", "licence", "on disk"], cells).split("\n");
    session.print([`${head}  source`, ...lines.map((line, i) => `${line}  ${rows[i]?.source}: ${rows[i]?.about}`)].join("\n"));
  });
}

/** Fetches an encoder and opens it. */
export async function pullEncoder(io: Io, source: string, options: EncoderCommandOptions): Promise<void> {
  await withSession(io, options, goOn, async (session) => {
    const settings = loadOptions(session, options);
    const { image, text } = await load(source, settings);
    const folder = localFolder(source, settings);
    session.printJson({ encoder: source, folder, image: image?.name ?? null, text: text?.name ?? null });
    session.print(`${source} is in ${folder}`);
    session.info(`\nNext:\n  ${typedCommand(io.env, "encoders", "info", source)}`);
  });
}

/** What an encoder is, and how to train with it. */
export async function encoderInfo(io: Io, source: string, options: EncoderCommandOptions): Promise<void> {
  await withSession(io, options, goOn, async (session) => {
    const settings = loadOptions(session, options);
    const { image, text } = await load(source, settings);
    const folder = localFolder(source, settings);
    const words = ["train", "DATA", "--out", "model", ...settingsFor(source, image, text).flatMap((pair) => ["--set", pair])];
    const features = image ? await featureDefaults(image) : null;
    session.printJson({
      encoder: source,
      folder,
      image: image ? { ...imageFacts(image), features } : null,
      text: text ? textFacts(text) : null,
      set: settingsFor(source, image, text),
    });
    session.print(`${source}\n${folder}`);
    if (image && features) session.print(`\n${imageText(image)}\n${featuresText(features)}`);
    if (text) session.print(`\n${textText(text)}`);
    session.info(`\nTrain with it:\n  ${typedCommand(io.env, ...words)}`);
  });
}

/** Writes an image encoder as one ONNX file: RGB 0..1 to all stages and z. */
export async function exportEncoder(io: Io, source: string, options: ExportCommandOptions): Promise<void> {
  await withSession(io, options, "Nothing was written.", async (session) => {
    const encoder = await loadImageEncoder(source, loadOptions(session, options));
    const size = options.size ?? encoder.inputSize;
    if (size < 1) throw new LtadError("LTAD_CONFIG", `--size: expected 1 or more pixels, received ${size}.`);
    await checkImageSize(encoder, size);
    const head: ImageHead = ({ stages, z }) => ({ ...Object.fromEntries(stages.map((x, s) => [`stage${s + 1}`, x])), z });
    const graph = imageGraph(encoder, size, head, options.precision);
    await writeFileAtomic(options.out, graph);
    const outputs = [...encoder.stages.map(({ stage }) => `stage${stage}`), "z"];
    session.printJson({ encoder: source, file: options.out, bytes: graph.length, input: { image: [null, size, size, 3] }, outputs });
    session.print(`${options.out}: image [B, ${size}, ${size}, 3], RGB 0..1, to ${outputs.join(", ")}`);
  });
}

function loadOptions({ io, signal, onProgress }: Session, { cacheDir, offline }: EncoderCommandOptions): LoadOptions {
  const hub = hubSettings(io.env);
  return { ...hub, cacheDir: resolve(cacheDir ?? cacheDirIn(io.env)), offline: offline ?? hub.offline, signal, onProgress };
}

/** A short name says what it gives; anything else is tried as both. */
async function load(source: string, options: LoadOptions): Promise<LoadedEncoder> {
  const kinds = catalogue.find(({ name }) => name === source.split("@")[0])?.kinds;
  if (kinds?.length !== 1) return loadEncoder(source, options);
  return kinds[0] === "image" ? { image: await loadImageEncoder(source, options) } : { text: await loadTextEncoder(source, options) };
}

/** The options of `ltad train` that name it; everything else follows from the encoder. */
function settingsFor(source: string, image: AnyImageEncoder | undefined, text: TextEncoder | undefined): string[] {
  return [...(image ? [`encoder.image=${source}`] : []), ...(text ? [`encoder.text=${source}`] : [])];
}

function featuresText({ inputSize, stages, gridStride }: FeatureDefaults): string {
  const side = Math.floor(inputSize / gridStride);
  return `Training uses ${stages.length === 1 ? "stage" : "stages"} ${stages.join(", ")} of images of ${inputSize} px, on a grid of ${side} x ${side}`;
}

function imageFacts(encoder: AnyImageEncoder) {
  const { name, id, inputSize, processing, stages, zSize } = encoder;
  return {
    name,
    id,
    inputSize,
    processing,
    stages,
    zSize,
    parameters: "params" in encoder ? parameters(encoder) : null,
    bytes: "model" in encoder ? encoder.model.length : null,
  };
}

function textFacts(encoder: TextEncoder) {
  const { name, id, tokenSize, size, maxTokens } = encoder;
  return { name, id, tokenSize, size, maxTokens, parameters: parameters(encoder) };
}

function parameters({ params }: Pick<TextEncoder, "params">): number {
  return Object.values(flatten(params, isNdArray)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function imageText(encoder: AnyImageEncoder): string {
  const { inputSize, zSize, parameters: count, bytes } = imageFacts(encoder);
  const size = count === null ? `ONNX, ${millions(bytes ?? 0)} MB` : `${millions(count)} M parameters`;
  const rows = encoder.stages.map(({ stage, channels, stride }) => [String(stage), String(channels), String(stride)]);
  const table = textTable(["stage", "channels", "stride"], rows);
  return `Image encoder: ${size}, trained at ${inputSize} px, z of ${zSize}\n${processingText(encoder.processing)}\n${table}`;
}

function processingText({ kernel, resize, size }: AnyImageEncoder["processing"]): string {
  const own = "both" in resize ? `both sides to ${resize.both}` : `the shorter side to ${resize.shorter}`;
  return `Images: resized to a square with the filter ${kernel}; the encoder's own processor resizes ${own} px and crops the middle ${size} px`;
}

function textText(encoder: TextEncoder): string {
  const { size, tokenSize, maxTokens, parameters: count } = textFacts(encoder);
  return `Text encoder: ${millions(count)} M parameters in addition to its token table, tokens of ${tokenSize}, up to ${plural(maxTokens, "token")}, vectors of ${size}`;
}

const millions = (count: number) => (count / 1e6).toFixed(1);

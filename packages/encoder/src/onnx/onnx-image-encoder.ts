import { type StageSpec, LtadError, float32, type NdArray, sha256 } from "@ltad/core";
import { openProgram } from "@ltad/runtime";
import type { ImageEncoder } from "../image/image-encoder.js";
import { type ImageProcessing, squashTo } from "../image/image-processing.js";
import { type OnnxFile, readOnnx } from "@ltad/onnx";
import type { OnnxManifest, OnnxStage } from "./onnx-manifest.js";

/** A frozen image encoder that is an ONNX model, with a manifest that describes its input and outputs. */
export interface OnnxImageEncoder {
  readonly kind: "onnx";
  readonly name: string;
  /** The SHA-256 of model and manifest. */
  readonly id: string;
  /** The side in pixels of the square images it was trained on. */
  readonly inputSize: number;
  /** How the model's own processor brings an image to that size. */
  readonly processing: ImageProcessing;
  readonly stages: readonly StageSpec[];
  /** The length of z. */
  readonly zSize: number;
  readonly manifest: OnnxManifest;
  /** The parsed model, which can be joined with other graphs. */
  readonly file: OnnxFile;
  /** The bytes of the model. */
  readonly model: Uint8Array;
}

/**
 * Makes an encoder from an ONNX image model. The model runs once on a grey image, to check its outputs against the manifest.
 * @param source the name of the model file, for errors
 * @throws LtadError `LTAD_WEIGHTS` naming the input or output that does not match the manifest, with both shapes
 */
export async function onnxImageEncoder(model: Uint8Array, manifest: OnnxManifest, source: string): Promise<OnnxImageEncoder> {
  const file = readOnnx(model, source);
  checkInterface(file, manifest, source);
  const outputs = await runOnce(model, manifest, manifest.input.size, source);
  const stages = manifest.stages.map((stage, s) => ({
    stage: s + 1,
    channels: channelsOf(stage, outputs, manifest.input.size, source),
    stride: stage.stride,
  }));
  const zSize = manifest.z === undefined ? (stages.at(-1)?.channels ?? 0) : vectorSize(manifest.z, outputs[manifest.z], source);
  return {
    kind: "onnx",
    name: manifest.name,
    id: sha256(`${JSON.stringify(manifest)} ${sha256(model)}`),
    inputSize: manifest.input.size,
    processing: processingOf(manifest.input),
    stages,
    zSize,
    manifest,
    file,
    model,
  };
}

function processingOf({ size, kernel, resize }: OnnxManifest["input"]): ImageProcessing {
  return { ...squashTo(size), ...(kernel && { kernel }), ...(resize && { resize }) };
}

/**
 * Checks that an encoder accepts a size. An ONNX model runs once at a size other than its own; a network accepts every size.
 * @param size the side of the image in pixels
 * @throws LtadError `LTAD_CONFIG` when it does not
 */
export async function checkImageSize(encoder: ImageEncoder | OnnxImageEncoder, size: number): Promise<void> {
  if (encoder.kind === "network" || size === encoder.inputSize) return;
  const { model, manifest, name, inputSize } = encoder;
  try {
    const outputs = await runOnce(model, manifest, size, name);
    for (const stage of manifest.stages) channelsOf(stage, outputs, size, name);
  } catch (error) {
    throw new LtadError(
      "LTAD_CONFIG",
      `features.inputSize: ${name} does not accept images of ${size} x ${size} pixels, expected ${inputSize}. ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

function checkInterface({ inputs, outputs }: OnnxFile, { input, stages, z }: OnnxManifest, source: string): void {
  const names = inputs.map(({ name }) => name);
  if (names.length !== 1 || names[0] !== input.name)
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: input.name: expected the model's only input, received ${input.name}; it has ${names.join(", ") || "none"}.`,
    );
  const wanted = [...stages.flatMap((stage) => stage.outputs), ...(z === undefined ? [] : [z])];
  const missing = wanted.find((name) => !outputs.includes(name));
  if (missing !== undefined)
    throw new LtadError("LTAD_WEIGHTS", `${source}: outputs: expected one of ${outputs.join(", ")}, received ${missing}.`);
}

async function runOnce(model: Uint8Array, { input }: OnnxManifest, size: number, source: string): Promise<Record<string, NdArray>> {
  const shape = input.layout === "NCHW" ? [1, 3, size, size] : [1, size, size, 3];
  const program = await openProgram(model).catch((error: unknown) => {
    throw new LtadError("LTAD_WEIGHTS", `${source}: ${(error as Error).message}`, { cause: error });
  });
  try {
    return await program.run({ [input.name]: float32(shape) });
  } catch (error) {
    const why = (error as Error).message.trim().replaceAll(/\s+/g, " ");
    throw new LtadError("LTAD_WEIGHTS", `${source}: the model does not run on ${input.name} [${shape.join(", ")}] (${why}).`, {
      cause: error,
    });
  } finally {
    await program.dispose();
  }
}

/** Checks that the outputs of a stage cover the grid, and returns their channels. */
function channelsOf({ outputs, layout, stride, drop }: OnnxStage, found: Record<string, NdArray>, size: number, source: string): number {
  const side = Math.floor(size / stride);
  const channels = outputs.map((name) => {
    const array = found[name]!;
    const [, a = 0, b = 0, c = 0] = array.shape;
    const [fits, expected, last] = {
      tokens: [array.shape.length === 3 && a === drop + side * side, `[1, ${drop} + ${side} * ${side}, channels]`, b] as const,
      NCHW: [array.shape.length === 4 && b === side && c === side, `[1, channels, ${side}, ${side}]`, a] as const,
      NHWC: [array.shape.length === 4 && a === side && b === side, `[1, ${side}, ${side}, channels]`, c] as const,
    }[layout];
    if (fits && array.dtype === "float32") return last;
    const received = `${array.dtype} [${array.shape.join(", ")}]`;
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: ${name}: expected float32 ${expected} at ${size} pixels, received ${received}. Check stride, layout and drop in encoder.json.`,
    );
  });
  if (channels.some((count) => count !== channels[0]))
    throw new LtadError(
      "LTAD_WEIGHTS",
      `${source}: ${outputs.join(", ")}: expected equal channels to average, received ${channels.join(", ")}.`,
    );
  return channels[0]!;
}

function vectorSize(name: string, array: NdArray | undefined, source: string): number {
  const [, size, ...more] = array?.shape ?? [];
  if (size !== undefined && more.length === 0) return size;
  throw new LtadError("LTAD_WEIGHTS", `${source}: ${name}: expected [1, channels] for z, received [${array?.shape.join(", ")}].`);
}

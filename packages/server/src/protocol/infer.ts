import { HttpError } from "../http-error.js";
import type { Answer, AnswerMap, Job } from "../messages.js";
import { judge, type JudgeOptions } from "../models/judge.js";
import type { Ticket } from "../models/models.js";
import { imagesOf } from "./images-of.js";
import { byteStrings, type InputTensor, type OutputTensor, wrong } from "./tensors.js";

/** A request of the protocol, from JSON or from gRPC. */
export interface InferInput {
  readonly id?: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly InputTensor[];
  /** All but the overlay and the parts of the map by default. */
  readonly outputs?: readonly { readonly name: string; readonly parameters?: Readonly<Record<string, unknown>> | undefined }[] | undefined;
}

const always = ["score", "class", "class_given", "anomaly_map"] as const;
const mapNames = ["anomaly_map", "map_rec", "map_sem"] as const;
const decisions = ["threshold", "p_value", "is_anomalous", "basis", "unlike_class", "nearest_class"] as const;
/** Outputs that can be named in a request. */
export const outputNames = [...always, ...decisions, "overlay", "map_rec", "map_sem"] as const;
type OutputName = (typeof outputNames)[number];

/**
 * Judges the images of a request.
 * @param isBinary whether an output is sent as bytes; its map is text otherwise
 * @throws HttpError or LtadError
 */
export async function infer(
  ticket: Ticket,
  request: InferInput,
  isBinary: (output: string) => boolean,
  options: Omit<JudgeOptions, "timeout"> = {},
): Promise<OutputTensor[]> {
  const { decides } = ticket.engine.model;
  const wanted = wantedOf(request, decides);
  const images = imagesOf(inputNamed(request.inputs, "image"));
  const classes = classesOf(request, images.length);
  const maps = mapNames.filter((name) => wanted.has(name));
  const map = maps.length > 0 ? mapSizeOf(request) : "none";
  const mapAs = maps.some(isBinary) ? "numbers" : "text";
  const parts = maps.some((name) => name !== "anomaly_map") || undefined;
  const falseAlarmRate = rateOf(request.parameters);
  const heatmap = wanted.has("overlay");
  const jobs = images.map((image, i): Job => ({ image, class: classes[i], falseAlarmRate, map, mapAs, parts, heatmap }));
  const answers = await judge(ticket, jobs, { ...options, timeout: timeoutOf(request.parameters) });
  return outputNames.filter((name) => wanted.has(name)).map((name) => tensorOf(name, answers));
}

function wantedOf({ outputs }: InferInput, decides: boolean): ReadonlySet<OutputName> {
  if (!outputs?.length) return new Set([...always, ...(decides ? decisions : [])]);
  return new Set(
    outputs.map(({ name }) => {
      const known = outputNames.find((one) => one === name);
      if (known === undefined)
        throw new HttpError(
          "LTAD_REQUEST",
          `outputs: unknown output ${JSON.stringify(name.slice(0, 80))}; expected some of ${outputNames.join(", ")}.`,
        );
      if (!decides && decisions.some((one) => one === known))
        throw new HttpError("LTAD_REQUEST", `outputs: this model has no limits, so it has no output ${known}. Train it again to get them.`);
      return known;
    }),
  );
}

function inputNamed(inputs: readonly InputTensor[], name: string): InputTensor {
  const unknown = inputs.find((input) => input.name !== "image" && input.name !== "class");
  if (unknown) throw wrong(unknown.name, "is not an input of this model, which has image and, if you know it, class");
  const found = inputs.filter((input) => input.name === name);
  if (found.length === 1) return found[0]!;
  throw new HttpError("LTAD_REQUEST", `inputs: expected one input ${name}, received ${found.length}.`);
}

/** The class of each image: an input `class`, or one parameter for all. */
function classesOf({ inputs, parameters }: InferInput, images: number): (string | undefined)[] {
  const input = inputs.find(({ name }) => name === "class");
  if (!input) return Array.from({ length: images }, () => textOf(parameters["class"]));
  const names = byteStrings(input).map((name) => textOf(name.toString("utf8")));
  if (names.length === images) return names;
  if (names.length === 1) return Array.from({ length: images }, () => names[0]);
  throw wrong("class", `expected one name, or one for each of ${images} images, received ${names.length}`);
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === "") return undefined;
  if (typeof value === "string" && value.length <= 256) return value;
  throw new HttpError("LTAD_REQUEST", "class: expected a name of at most 256 characters.");
}

const isMap = (name: string) => mapNames.some((one) => one === name);

function mapSizeOf({ parameters, outputs }: InferInput): "grid" | "image" {
  const size =
    outputs?.find(({ name, parameters: own }) => isMap(name) && own?.["map_size"])?.parameters?.["map_size"] ??
    parameters["map_size"] ??
    "grid";
  if (size === "grid" || size === "image") return size;
  throw new HttpError("LTAD_REQUEST", "map_size: expected grid or image.");
}

/** Clients may have no fractions as parameters, and send text then. */
function rateOf({ false_alarm_rate: given }: InferInput["parameters"]): number | undefined {
  if (given === undefined) return undefined;
  const value = typeof given === "number" || (typeof given === "string" && given.trim() !== "") ? Number(given) : Number.NaN;
  if (value > 0 && value < 1) return value;
  throw new HttpError("LTAD_REQUEST", "false_alarm_rate: expected a share above 0 and below 1, such as 0.01.");
}

/** Triton's parameter `timeout`, which is in microseconds, in milliseconds. */
function timeoutOf({ timeout }: InferInput["parameters"]): number | undefined {
  if (timeout === undefined || timeout === 0) return undefined;
  const ms = Number(timeout) / 1000;
  if (Number.isFinite(ms) && ms > 0) return Math.max(1, ms);
  throw new HttpError("LTAD_REQUEST", "timeout: expected microseconds.");
}

function tensorOf(name: OutputName, answers: readonly Answer[]): OutputTensor {
  const shape = [answers.length];
  const list = <T>(of: (answer: Answer) => T) => answers.map(of);
  const text = (value: string) => Buffer.from(value);
  switch (name) {
    case "score":
      return { name, datatype: "FP32", shape, values: list(({ score }) => score) };
    case "threshold":
      return { name, datatype: "FP32", shape, values: list(({ threshold }) => threshold!) };
    case "p_value":
      return { name, datatype: "FP32", shape, values: list(({ pValue }) => pValue!) };
    case "class":
      return { name, datatype: "BYTES", shape, values: list((answer) => text(answer.class)) };
    case "class_given":
      return { name, datatype: "BOOL", shape, values: list(({ classGiven }) => classGiven) };
    case "basis":
      return { name, datatype: "BYTES", shape, values: list(({ basis }) => text(basis!)) };
    case "unlike_class":
      return { name, datatype: "BOOL", shape, values: list(({ isUnlike }) => isUnlike!) };
    case "nearest_class":
      return { name, datatype: "BYTES", shape, values: list((answer) => text(answer.nearestClass ?? answer.class)) };
    case "is_anomalous":
      return { name, datatype: "BOOL", shape, values: list(({ isAnomalous }) => isAnomalous!) };
    case "overlay":
      return { name, datatype: "BYTES", shape, values: list(({ heatmap }) => heatmap!), isFile: true };
    case "map_rec":
      return mapTensor(
        name,
        list(({ parts }) => parts!.rec),
      );
    case "map_sem":
      return mapTensor(
        name,
        list(({ parts }) => parts!.sem),
      );
    default:
      return mapTensor(
        name,
        list(({ map }) => map!),
      );
  }
}

function mapTensor(name: OutputName, maps: readonly AnswerMap[]): OutputTensor {
  const { width, height } = maps[0]!;
  if (maps.some((map) => map.width !== width || map.height !== height))
    throw new HttpError(
      "LTAD_REQUEST",
      "The images have different sizes, and so do their maps. Send one image per request, or request maps on the grid.",
    );
  const tensor = { name, datatype: "FP32", shape: [maps.length, height, width] } as const;
  const [first] = maps;
  if (!(first!.data instanceof Float32Array)) return { ...tensor, values: [], text: maps.map(({ data }) => data as Uint8Array) };
  if (maps.length === 1) return { ...tensor, values: first!.data };
  const values = new Float32Array(maps.length * width * height);
  for (const [i, { data }] of maps.entries()) values.set(data, i * width * height);
  return { ...tensor, values };
}

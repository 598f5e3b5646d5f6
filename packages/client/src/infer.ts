import { bytesOf, type CallOptions, floats, type Image, type Pixels, type Send } from "./transport.js";

/** Options of `infer`. */
export interface InferOptions extends CallOptions {
  /** The class of all images, or a list with one for each; by default, the model predicts it. */
  readonly class?: string | readonly string[];
  /** The outputs to return; by default all small ones, which excludes maps and overlays. */
  readonly outputs?: readonly (keyof Outputs)[];
  /** The size of the maps; that of the model's grid by default. */
  readonly mapSize?: "grid" | "image";
  readonly version?: string;
}

/** The outputs for N images. */
export interface Outputs {
  readonly score: Float32Array;
  readonly class: readonly string[];
  readonly class_given: readonly boolean[];
  /** The values of all images, with the shape in `shapes`. */
  readonly anomaly_map: Float32Array;
  /** S_rec and S_sem, the parts of the map. */
  readonly map_rec: Float32Array;
  readonly map_sem: Float32Array;
  readonly is_anomalous: readonly boolean[];
  readonly threshold: Float32Array;
  readonly p_value: Float32Array;
  /** PNG files. */
  readonly overlay: readonly Uint8Array[];
}

/** A response of the Open Inference Protocol. */
export interface Inference {
  readonly model: string;
  readonly version: string;
  readonly outputs: Partial<Outputs>;
  readonly shapes: Readonly<Partial<Record<keyof Outputs, readonly number[]>>>;
}

const small = ["score", "class", "class_given", "is_anomalous", "threshold", "p_value"] as const;

/**
 * POST /v2/models/NAME/infer with binary tensors in both directions.
 * @param decides whether the model has limits: others refuse a request for decisions
 */
export async function infer(
  send: Send,
  model: string,
  images: readonly Image[] | Pixels,
  decides: boolean,
  { class: names, outputs, mapSize, version, signal }: InferOptions,
): Promise<Inference> {
  const wanted = outputs ?? small.slice(0, decides ? small.length : 3);
  const tensors = [
    await imageTensor(images),
    ...(names === undefined ? [] : [textTensor("class", typeof names === "string" ? [names] : names)]),
  ];
  const head = {
    ...(mapSize && { parameters: { map_size: mapSize } }),
    inputs: tensors.map(({ name, shape, datatype, bytes }) => ({ name, shape, datatype, parameters: { binary_data_size: bytes.length } })),
    outputs: wanted.map((name) => ({ name, parameters: { binary_data: true } })),
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const place = `/v2/models/${encodeURIComponent(model)}${version === undefined ? "" : `/versions/${encodeURIComponent(version)}`}/infer`;
  const headers = { "content-type": "application/octet-stream", "inference-header-content-length": String(json.length) };
  const body = joined([json, ...tensors.map(({ bytes }) => bytes)]);
  return read(await send(place, { method: "POST", headers, body, ...(signal && { signal }) }));
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly bytes: Uint8Array;
}

async function imageTensor(images: readonly Image[] | Pixels): Promise<Tensor> {
  if (!("data" in images)) return { ...stringTensor(await Promise.all(images.map(bytesOf))), name: "image" };
  const { width, height, data } = images;
  return { name: "image", shape: [height, width, 3], datatype: "UINT8", bytes: new Uint8Array(data) };
}

function textTensor(name: string, texts: readonly string[]): Tensor {
  return { ...stringTensor(texts.map((text) => new TextEncoder().encode(text))), name };
}

/** Each string behind its length in four bytes. */
function stringTensor(strings: readonly Uint8Array[]): Omit<Tensor, "name"> {
  const parts = strings.flatMap((one) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, one.length, true);
    return [length, one];
  });
  return { shape: [strings.length], datatype: "BYTES", bytes: joined(parts) };
}

interface WrittenHead {
  readonly model_name: string;
  readonly model_version: string;
  readonly outputs: readonly {
    readonly name: keyof Outputs;
    readonly shape: readonly number[];
    readonly datatype: "FP32" | "BOOL" | "BYTES";
    readonly parameters: { readonly binary_data_size: number };
  }[];
}

async function read(response: Response): Promise<Inference> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = Number(response.headers.get("inference-header-content-length"));
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, length))) as WrittenHead;
  let at = length;
  const [outputs, shapes]: [Record<string, unknown>, Record<string, readonly number[]>] = [{}, {}];
  for (const { name, shape, datatype, parameters } of head.outputs) {
    const own = bytes.subarray(at, (at += parameters.binary_data_size));
    outputs[name] = datatype === "FP32" ? floats(own) : datatype === "BOOL" ? [...own].map(Boolean) : stringsOf(own, name === "overlay");
    shapes[name] = shape;
  }
  return { model: head.model_name, version: head.model_version, outputs, shapes };
}

function stringsOf(bytes: Uint8Array, areFiles: boolean): (string | Uint8Array)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found: (string | Uint8Array)[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + view.getUint32(at, true);
    const own = bytes.slice(at + 4, end);
    found.push(areFiles ? own : new TextDecoder().decode(own));
    at = end;
  }
  return found;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

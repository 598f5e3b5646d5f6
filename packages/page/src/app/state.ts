import { batch, computed, signal } from "@preact/signals";
import { call } from "./call.js";
import { type ClassDrift, readDrift } from "./drift.js";
import { type DeviceJudge, deviceJudge } from "./device-judge.js";
import { type Judge, type Judged, Refusal } from "./judged.js";
import { type PageConfig, readConfig } from "./page-config.js";
import { serverJudge } from "./server-judge.js";
import { type ModelFacts, type MovedLimits, verdictOf } from "./verdict.js";

/** An image and its result. */
export interface Result {
  readonly id: number;
  readonly file: File;
  /** For pictures of it; freed with the result. */
  readonly url: string;
  readonly judged?: Judged;
  readonly error?: string;
}

/** What `ltad eval` measured, if it was run; see metrics.json of a bundle. */
export interface Measured {
  readonly classes?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

export type Device = "off" | "loading" | "on";

/** The newest results are kept. */
export const mostResults = 200;

export const config = signal<PageConfig | undefined>(undefined);
export const modelName = signal("");
export const facts = signal<ModelFacts | undefined>(undefined);
export const measured = signal<Measured | undefined>(undefined);
export const chosenClass = signal("");
export const moved = signal<MovedLimits>({});
export const opacity = signal(0.75);
/** Newest first. */
export const results = signal<readonly Result[]>([]);
export const selectedId = signal<number | undefined>(undefined);
export const device = signal<Device>("off");
export const loadedShare = signal(0);
export const provider = signal("");
/** How the recent images that the server judged differ from good ones. */
export const drift = signal<readonly ClassDrift[]>([]);
/** What happens or went wrong, on the page and for screen readers. */
export const message = signal<{ readonly text: string; readonly isFault?: boolean }>({ text: "" });

export const selected = computed(() => results.value.find(({ id }) => id === selectedId.value));
export const waiting = computed(() => results.value.filter(({ judged, error }) => !judged && error === undefined).length);
const model = computed(() => config.value?.models.find(({ name }) => name === modelName.value));

export function verdictFor({ judged }: Result) {
  return judged && facts.value ? verdictOf(facts.value, moved.value, judged) : undefined;
}

const say = (text: string, isFault = false) => (message.value = { text, isFault });
const textOf = (error: unknown) => (error instanceof Refusal ? error.message : `The image could not be judged: ${String(error)}`);

/** Reads what the page talks to. */
export async function start(): Promise<void> {
  try {
    config.value = await readConfig(call);
    await chooseModel(config.value.models[0]?.name ?? "");
    setInterval(() => void (document.hidden || refreshDrift()), 30_000); // others send images, too
  } catch (error) {
    say(`The page cannot find its model. Is the server still running? (${(error as Error).message})`, true);
  }
}

export async function chooseModel(name: string): Promise<void> {
  batch(() => {
    modelName.value = name;
    facts.value = undefined;
    measured.value = undefined;
    moved.value = {};
    chosenClass.value = "";
    device.value = "off";
    drift.value = [];
    onDevice = undefined;
    clear();
  });
  const { bundle } = model.value!;
  const response = await call(`${bundle}model.json`);
  if (!response.ok) throw new Error(`model.json: ${response.status}`);
  facts.value = (await response.json()) as ModelFacts;
  const metrics = await call(`${bundle}metrics.json`);
  if (metrics.ok) measured.value = (await metrics.json()) as Measured;
  await refreshDrift();
}

async function refreshDrift(): Promise<void> {
  const [name, address] = [modelName.value, config.value?.drift];
  if (address === undefined) return;
  const found = await readDrift(address, name);
  if (name === modelName.value) drift.value = found;
}

let onDevice: DeviceJudge | undefined;
let opening: Promise<DeviceJudge> | undefined;

/** Loads the model into this browser, or lets the server judge again. */
export async function runOnDevice(isWanted: boolean): Promise<void> {
  if (!isWanted) {
    device.value = "off";
    return;
  }
  try {
    await openDevice();
    say(`The model runs on this device (${provider.value}).`);
  } catch (error) {
    device.value = "off";
    say(textOf(error), true);
  }
}

async function openDevice(): Promise<DeviceJudge> {
  if (onDevice) {
    device.value = "on";
    return onDevice;
  }
  device.value = "loading";
  say("Loading the model into this browser …");
  opening ??= deviceJudge(model.value!.bundle, (loaded, total) => (loadedShare.value = loaded / total)).finally(
    () => (opening = undefined),
  );
  onDevice = await opening;
  provider.value = onDevice.provider === "webgpu" ? "WebGPU" : "WebAssembly";
  device.value = "on";
  return onDevice;
}

function judgeOf(): Promise<Judge> | Judge {
  const predict = config.value?.predict;
  return predict === undefined || device.value !== "off" ? openDevice() : serverJudge(predict, modelName.value);
}

let last = 0;

/** Takes images in; they are judged one after the other. */
export function take(files: Iterable<File>): void {
  const images = [...files].filter(({ type, name }) => type.startsWith("image/") || /\.(p[gnp]m|tiff?|bmp)$/i.test(name));
  if (images.length === 0) return void say("None of these files is an image.", true);
  const taken = images.map((file) => ({ id: ++last, file, url: URL.createObjectURL(file) }));
  const all = [...taken.toReversed(), ...results.value];
  for (const { url } of all.slice(mostResults)) URL.revokeObjectURL(url);
  batch(() => {
    results.value = all.slice(0, mostResults);
    selectedId.value = taken[0]!.id;
  });
  void work();
}

/** Judges the chosen image again, for another class. */
export function judgeAgain(): void {
  const again = selected.value;
  if (!again) return;
  change(again.id, ({ id, file, url }) => ({ id, file, url }));
  void work();
}

export function clear(): void {
  for (const { url } of results.value) URL.revokeObjectURL(url);
  batch(() => {
    results.value = [];
    selectedId.value = undefined;
  });
}

let isWorking = false;

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  try {
    for (let next = oldestWaiting(); next; next = oldestWaiting()) await judgeOne(next);
  } finally {
    isWorking = false; // right behind the loop: an image that is taken while the drift is read begins to be judged
  }
  await refreshDrift();
}

const oldestWaiting = () => results.value.findLast(({ judged, error }) => !judged && error === undefined);

async function judgeOne({ id, file }: Result): Promise<void> {
  const left = waiting.value;
  say(left > 1 ? `Judging ${file.name}; ${left - 1} more to come …` : `Judging ${file.name} …`);
  try {
    const judge = await judgeOf();
    const judged = await judge.judge(file, { class: chosenClass.value || undefined });
    change(id, (result) => ({ ...result, judged }));
    say("");
  } catch (error) {
    change(id, (result) => ({ ...result, error: textOf(error) }));
    say(`${file.name}: ${textOf(error)}`, true);
  }
}

function change(id: number, how: (result: Result) => Result): void {
  results.value = results.value.map((result) => (result.id === id ? how(result) : result));
}

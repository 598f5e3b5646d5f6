import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a thread did at one moment. */
export interface Sample {
  /** Microseconds of the monotonic clock. */
  readonly at: number;
  /** Microseconds until the next one. */
  readonly took: number;
  /** The outermost frame first: the thread, functions, and a kernel of ONNX Runtime where one was computing. */
  readonly stack: readonly string[];
}

/** Node's profile of one thread. */
interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame; readonly children?: readonly number[] }[];
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

interface Kernel {
  readonly from: number;
  readonly to: number;
  readonly op: string;
}

/** The samples of all threads that wrote profiles to a folder. */
export async function readSamples(folder: string): Promise<Sample[]> {
  const names = await readdir(folder);
  const all: Sample[] = [];
  for (const name of names.filter((entry) => entry.endsWith(".cpuprofile"))) {
    const thread = Number(/\.(\d+)\.\d+\.cpuprofile$/.exec(name)?.[1] ?? 0);
    const kernels = await readKernels(folder, names, thread);
    for (const sample of samplesOf(JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile, threadName(thread), kernels))
      all.push(sample);
  }
  return all;
}

/** Names of a frame: the outermost of the main thread, and the innermost of a thread that has nothing to do. */
export const [mainThread, waiting] = ["main thread", "waits"];
const threadName = (thread: number) => (thread === 0 ? mainThread : `thread ${thread}`);

/** The kernels of a thread's sessions, in the order of time. */
async function readKernels(folder: string, names: readonly string[], thread: number): Promise<Kernel[]> {
  const kernels: Kernel[] = [];
  for (const name of names) {
    const [, of, start] = /^kernels-(\d+)-(\d+)-\d+_.*\.json$/.exec(name) ?? [];
    if (start === undefined || Number(of) !== thread) continue;
    for (const { cat, name: event, ts, dur, args } of eventsOf(await readFile(join(folder, name), "utf8")))
      if (cat === "Node" && event.endsWith("_kernel_time") && dur > 0)
        kernels.push({ from: Number(start) + ts, to: Number(start) + ts + dur, op: args.op_name });
  }
  return kernels.sort((a, b) => a.from - b.from);
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly op_name: string };
}

/** A session that was not released leaves its file without an end. */
function eventsOf(text: string): Event[] {
  const whole = text.trimEnd();
  if (whole === "") return [];
  return JSON.parse(whole.endsWith("]") ? whole : `${whole.slice(0, whole.lastIndexOf("\n")).replace(/,\s*$/, "")}]`) as Event[];
}

function* samplesOf(profile: CpuProfile, thread: string, kernels: readonly Kernel[]): Generator<Sample> {
  const stacks = stacksOf(profile, thread);
  let [at, next] = [profile.startTime, 0];
  for (const [i, id] of profile.samples.entries()) {
    at += profile.timeDeltas[i]!;
    while (next < kernels.length && kernels[next]!.to < at) next++;
    const kernel = kernels[next];
    const stack = stacks.get(id)!;
    const took = Math.max(0, profile.timeDeltas[i + 1] ?? 0);
    yield { at, took, stack: kernel && kernel.from <= at ? [...stack, `${kernel.op} (kernel)`] : stack };
  }
}

function stacksOf({ nodes }: CpuProfile, thread: string): Map<number, readonly string[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const stacks = new Map<number, readonly string[]>();
  const visit = (id: number, above: readonly string[]) => {
    const { callFrame, children = [] } = byId.get(id)!;
    const frame = frameOf(callFrame);
    const stack = frame === above.at(-1) || frame === "(root)" ? above : [...above, frame];
    stacks.set(id, stack);
    for (const child of children) visit(child, stack);
  };
  visit(nodes[0]!.id, [thread]);
  return stacks;
}

/** The name of a function and its package; all of another package is one frame, and so is all of Node. */
export function frameOf({ functionName, url }: CallFrame): string {
  if (url === "") return functionName === "(idle)" ? waiting : functionName || "(native)";
  if (url.startsWith("node:")) return "Node";
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const others = path.split("/node_modules/");
  if (others.length > 1) return packageOf(others.at(-1)!);
  const own = /\/packages\/([^/]+)\/(?:src|dist)\//.exec(path)?.[1];
  return `${functionName || "(anonymous)"} (${own ? `@ltad/${own}` : "bench"})`;
}

const packageOf = (path: string) => path.split("/", path.startsWith("@") ? 2 : 1).join("/");

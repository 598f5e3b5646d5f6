import { LtadError, type DType } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import type { Operation } from "../check/culprit.js";
import { registerGradients } from "../gradients/index.js";
import type { Graph, Value } from "../graph/graph.js";
import { impossibleShape, operandFault } from "../kernels/check-operands.js";
import { kernels } from "../kernels/index.js";
import type { Kernel } from "../kernels/kernel.js";
import { callerLine } from "../caller-line.js";
import { refuseRandom } from "./refuse-random.js";
import { awaited, refusedCall, unsupportedType, valueless } from "./refusals.js";

/** Name of the backend under which TF.js knows the tracer. */
export const traceBackendName = "trace";

interface Held {
  readonly value: Value;
  readonly graph: Graph;
  references: number;
}

/** A TF.js backend that holds edges of a graph where others hold numbers. */
class TraceBackend extends tf.KernelBackend {
  graph: Graph | undefined;
  /** Where the operations of a trace are recorded; undefined if they are not needed. */
  operations: Operation<Value>[] | undefined;
  /** The first refusal of this trace, which an async function or a catch of the caller may hide. */
  fault: unknown;
  private held = new WeakMap<object, Held>();
  /** Tensors of other backends in this trace, which become constants of the graph. */
  private foreign = new WeakMap<object, Held>();
  /** The graphs of tensors that were disposed. */
  private gone = new WeakMap<object, Graph>();

  override write(values: tf.backend_util.BackendValues | null, shape: number[], dtype: tf.DataType): object {
    const graph = this.current();
    if (!isDType(dtype)) throw unsupportedType(dtype);
    const data = values instanceof Float32Array || values instanceof Int32Array || values instanceof Uint8Array ? values : undefined;
    if (data && dtype === "float32") refuseRandom(data);
    // The data is copied, because the caller may reuse its array for the next tensor.
    return this.hold(graph.constant(dtype, shape, data?.slice() ?? typed(dtype, shape, values as ArrayLike<number> | null)));
  }

  /** Takes a value into the tensors of TF.js. */
  hold(value: Value): object {
    const dataId = {};
    this.held.set(dataId, { value, graph: this.current(), references: 1 });
    return dataId;
  }

  /** Whether a tensor is an edge of the current graph. */
  holds({ dataId }: tf.TensorInfo): boolean {
    return this.held.get(dataId)?.graph === this.current();
  }

  /** The edge of a tensor; one of another backend is read and becomes a constant. */
  valueBehind(tensor: tf.TensorInfo): Value {
    const graph = this.current();
    const held = this.held.get(tensor.dataId) ?? this.foreign.get(tensor.dataId);
    if (held?.graph === graph) return held.value;
    const owner = this.held.get(tensor.dataId)?.graph ?? this.gone.get(tensor.dataId);
    if (owner && owner !== graph)
      throw new LtadError("LTAD_TRACE", `${callerLine()}: a tensor of another trace is used. Traced functions must not keep tensors.`);
    if (!isDType(tensor.dtype)) throw unsupportedType(tensor.dtype);
    if (!isAlive(tensor)) throw new LtadError("LTAD_TRACE", `${callerLine()}: a tensor that was disposed is used. Dispose it later.`);
    const data = tf.engine().readSync(tensor.dataId) as Float32Array | Int32Array | Uint8Array;
    const value = graph.constant(tensor.dtype, tensor.shape, data.slice());
    this.foreign.set(tensor.dataId, { value, graph, references: 1 });
    return value;
  }

  override readSync(dataId: object): tf.backend_util.BackendValues {
    const held = this.held.get(dataId);
    const data = held?.graph.constants.get(held.value);
    if (held && data) return expandUniform(held.value, data);
    const refusal = valueless();
    this.fault ??= refusal; // the traced function may catch it
    throw refusal;
  }

  override read(dataId: object): Promise<tf.backend_util.BackendValues> {
    return Promise.resolve().then(() => this.readSync(dataId));
  }

  /**
   * Notes a read that a traced function cannot wait for, of a tensor of any backend. Its promise never settles: nobody may wait for it, what comes
   * behind it must not run, and a rejection that nobody handles ends Node.
   */
  refuseToWait(dataId: object): Promise<never> {
    this.fault ??= this.isConstant(dataId) ? awaited() : valueless();
    return new Promise(() => undefined);
  }

  override move(dataId: object, values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType, references: number): void {
    if (!isDType(dtype)) throw unsupportedType(dtype);
    const graph = this.current();
    const value = graph.constant(dtype, shape, typed(dtype, shape, values as ArrayLike<number>));
    this.held.set(dataId, { value, graph, references });
  }

  override disposeData(dataId: object, force = false): boolean {
    const held = this.held.get(dataId);
    if (!held) return true;
    held.references--;
    if (!force && held.references > 0) return false;
    this.held.delete(dataId);
    this.gone.set(dataId, held.graph);
    return true;
  }

  override incRef(dataId: object): void {
    const held = this.held.get(dataId);
    if (held) held.references++;
  }

  override refCount(dataId: object): number {
    return this.held.get(dataId)?.references ?? 0;
  }

  override numDataIds(): number {
    return 0;
  }

  override memory() {
    return { unreliable: true };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.held = new WeakMap();
  }

  /** Whether the values of a tensor are known while it is traced. */
  private isConstant(dataId: object): boolean {
    const held = this.held.get(dataId);
    return !held || held.graph.constants.has(held.value);
  }

  private current(): Graph {
    if (this.graph) return this.graph;
    throw new LtadError("LTAD_TRACE", `${callerLine()}: a tensor of a finished trace is used. It has no values; run the compiled program.`);
  }
}

let backend: TraceBackend | undefined;

/** The backend, registered with TF.js together with all rows when it is first needed. */
export function traceBackend(): TraceBackend {
  if (backend) return backend;
  registerGradients();
  const made = (backend = new TraceBackend());
  tf.registerBackend(traceBackendName, () => made, -1);
  tf.engine().findBackend(traceBackendName);
  for (const [kernelName, row] of Object.entries(kernels))
    tf.registerKernel({ kernelName, backendName: traceBackendName, kernelFunc: (call) => runRow(made, kernelName, row, call) });
  return made;
}

function runRow(backend: TraceBackend, kernel: string, row: Kernel, { inputs, attrs }: { inputs: tf.NamedTensorInfoMap; attrs?: object }) {
  const graph = backend.graph!;
  const fault = operandFault(kernel, inputs, attrs ?? {});
  if (fault !== undefined) throw refusedCall(kernel, fault);
  const values: Record<string, Value> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (!tensor) continue;
    const value = backend.valueBehind(tensor);
    values[name] = row.lazy ? value : graph.full(value);
  }
  const out = row.emit(graph, values, attrs ?? {});
  const outputs = Array.isArray(out) ? (out as readonly Value[]) : [out as Value];
  const impossible = impossibleShape(outputs.map(({ shape }) => shape));
  if (impossible) throw refusedCall(kernel, `its result would have the shape [${impossible.join(", ")}]`);
  backend.operations?.push({ kernel, line: callerLine(), inputs: Object.values(values), outputs });
  const infos = outputs.map((value) => ({
    dataId: backend.hold(value),
    shape: [...value.shape],
    dtype: value.dtype as DType,
  }));
  return Array.isArray(out) ? infos : (infos[0] as tf.TensorInfo);
}

/** Whether a backend of TF.js still has the numbers of a tensor. */
function isAlive({ dataId }: tf.TensorInfo): boolean {
  return tf.engine().state.tensorInfo.has(dataId);
}

function isDType(dtype: string): dtype is DType {
  return dtype === "float32" || dtype === "int32" || dtype === "bool";
}

function typed(dtype: DType, shape: readonly number[], values: ArrayLike<number> | null) {
  const size = shape.reduce((a, b) => a * b, 1);
  const from = values ?? new Float32Array(size);
  return dtype === "float32" ? Float32Array.from(from) : dtype === "int32" ? Int32Array.from(from) : Uint8Array.from(from);
}

function expandUniform(value: Value, data: ArrayLike<number>) {
  const array = typed(value.dtype as DType, value.shape, data.length === 1 ? null : data);
  return data.length === 1 ? array.fill(data[0]!) : array;
}

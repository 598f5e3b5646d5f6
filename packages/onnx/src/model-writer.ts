import protobuf from "protobufjs/light.js";

/** A field of at least this many bytes is treated as a weight. */
const leastBytes = 4096;

/**
 * A protobuf writer that keeps references to weights until the file is assembled, so that each weight is copied once. protobufjs alone copies them
 * whenever its buffer grows or an enclosing message is completed, which happens many times for a model of a gigabyte.
 */
export class ModelWriter extends protobuf.BufferWriter {
  /** The weights, and how many of the other bytes come before each. */
  readonly #weights: { at: number; readonly bytes: Uint8Array }[] = [];
  /** Where the incomplete messages begin. */
  readonly #open: number[] = [];

  override bytes(value: Uint8Array | string): this {
    if (typeof value === "string" || value.length < leastBytes) super.bytes(value);
    else {
      this.uint32(value.length);
      this.#weights.push({ at: this.pos, bytes: value });
    }
    return this;
  }

  override fork(): this {
    this.#open.push(this.pos);
    return this;
  }

  /** Completes a message by writing its length in front of it. */
  override ldelim(): this {
    const start = this.#open.pop()!;
    const end = this.pos;
    const within = this.#weights.slice(this.#weights.findLastIndex(({ at }) => at < start) + 1);
    this.uint32(within.reduce((sum, { bytes }) => sum + bytes.length, end - start));
    const length = Uint8Array.from(this.buf.subarray(end, this.pos));
    this.buf.copyWithin(start + length.length, start, end);
    this.buf.set(length, start);
    for (const weight of within) weight.at += length.length;
    return this;
  }

  /** The size of the whole file in bytes. */
  get size(): number {
    return this.#weights.reduce((sum, { bytes }) => sum + bytes.length, this.pos);
  }

  override finish(): Buffer {
    const starts = [0, ...this.#weights.map(({ at }) => at)];
    const parts = starts.flatMap((start, i) => {
      const weight = this.#weights[i];
      return weight ? [this.buf.subarray(start, weight.at), weight.bytes] : [this.buf.subarray(start, this.pos)];
    });
    return Buffer.concat(parts);
  }
}

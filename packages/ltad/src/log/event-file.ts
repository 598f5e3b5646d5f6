import { crc32c } from "./crc32c.js";

// TensorBoard's event files: TFRecords of protocol buffers. Fields by number, as in tensorflow/core/util/event.proto and
// framework/summary.proto: Event { wall_time 1, step 2, file_version 3, summary 5, session_log 7 }, Summary { value 1 },
// Summary.Value { tag 1, simple_value 2 }, SessionLog { status 1 }.

/** One event as bytes; numbers of a step become one scalar each. */
export interface EventFields {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step?: number;
  readonly values?: Readonly<Record<string, number>>;
  /** The first event of a file. */
  readonly isFirst?: boolean;
  /** A reader drops what it knows of this step and later ones: the training goes on from here. */
  readonly isStart?: boolean;
}

/** An event as a record: its length, a checksum of that, the event, a checksum of it. */
export function eventRecord(event: EventFields): Buffer {
  const data = eventBytes(event);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

function eventBytes({ time, step = 0, values = {}, isFirst, isStart }: EventFields): Buffer {
  const scalars = Object.entries(values).map(([tag, value]) =>
    bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), float(2, value)])),
  );
  return Buffer.concat([
    double(1, time),
    Buffer.concat([varint(2 << 3), varint(step)]),
    ...(isFirst ? [bytesField(3, Buffer.from("brain.Event:2"))] : []),
    ...(scalars.length > 0 ? [bytesField(5, Buffer.concat(scalars))] : []),
    ...(isStart ? [bytesField(7, Buffer.concat([varint(1 << 3), varint(1)]))] : []),
  ]);
}

function checksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(masked);
  return buffer;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function bytesField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function double(number: number, value: number): Buffer {
  const buffer = Buffer.alloc(9, (number << 3) | 1);
  buffer.writeDoubleLE(value, 1);
  return buffer;
}

function float(number: number, value: number): Buffer {
  const buffer = Buffer.alloc(5, (number << 3) | 5);
  buffer.writeFloatLE(value, 1);
  return buffer;
}

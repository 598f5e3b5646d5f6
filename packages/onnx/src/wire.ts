// The wire format of protobuf, as far as an ONNX file needs it to be taken apart and put together without copying its weights.

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 bytes with their length, 5 four bytes */
  readonly type: number;
  /** Tag, length and content. */
  readonly raw: Uint8Array;
  /** The content alone. */
  readonly content: Uint8Array;
}

/** A message under construction: parts that lie one after another. */
export type Parts = readonly Uint8Array[];

/**
 * The fields of a message in their order.
 * @throws RangeError when it ends within a field or has a type that is none
 */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    const [number, type] = [Math.floor(tag.value / 8), tag.value % 8];
    const { from, to } = contentOf(message, tag.end, type);
    if (to > message.length || number === 0) throw new RangeError(`field ${number} ends behind its message`);
    fields.push({ number, type, raw: message.subarray(at, to), content: message.subarray(from, to) });
    at = to;
  }
  return fields;
}

function contentOf(message: Uint8Array, at: number, type: number): { from: number; to: number } {
  if (type === 0) return { from: at, to: readVarint(message, at).end };
  if (type === 1) return { from: at, to: at + 8 };
  if (type === 5) return { from: at, to: at + 4 };
  if (type !== 2) throw new RangeError(`wire type ${type}`);
  const length = readVarint(message, at);
  return { from: length.end, to: length.end + length.value };
}

/** A whole number; beyond 2^53 it is not exact, which no length or number in use is. */
export function readVarint(message: Uint8Array, at: number): { value: number; end: number } {
  let [value, factor] = [0, 1];
  for (let end = at; end < Math.min(message.length, at + 10); end++) {
    const byte = message[end]!;
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte < 128) return { value, end: end + 1 };
  }
  throw new RangeError("a number without an end");
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** A field of bytes, text or a message. */
export function lengthField(number: number, parts: Parts): Parts {
  const length = parts.reduce((sum, { length }) => sum + length, 0);
  return [Uint8Array.from([...varint(number * 8 + 2), ...varint(length)]), ...parts];
}

/** A field of bytes, text or a message, as {@link fieldsOf} would read it. */
export function newField(number: number, parts: Parts): Field {
  const content = Buffer.concat(parts);
  return { number, type: 2, raw: Buffer.concat(lengthField(number, [content])), content };
}

/** A field of a whole number. */
export function numberField(number: number, value: number): Parts {
  return [Uint8Array.from([...varint(number * 8), ...varint(value)])];
}

/** A field of text. */
export function textField(number: number, text: string): Parts {
  return lengthField(number, [new TextEncoder().encode(text)]);
}

/** The text of a field. */
export function textOf({ content }: Field): string {
  return new TextDecoder().decode(content);
}

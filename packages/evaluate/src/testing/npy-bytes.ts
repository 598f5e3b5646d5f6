/** A .npy file as NumPy writes it. */
export function npyBytes(
  shape: readonly number[],
  values: Float32Array | Float64Array | Uint16Array | Uint8Array,
  { type = "<f4", fortran = false, version = 1 } = {},
): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const prefix = version > 1 ? 12 : 10;
  const header = text.padEnd(Math.ceil((prefix + text.length + 1) / 64) * 64 - prefix - 1) + "\n";
  const bytes = new Uint8Array(prefix + header.length + values.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), version, 0]);
  const view = new DataView(bytes.buffer);
  if (version > 1) view.setUint32(8, header.length, true);
  else view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), prefix);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), prefix + header.length);
  return bytes;
}

import { loadEncoder, type LoadOptions } from "../load/load-encoder.js";

// A process of its own that loads an encoder: node --import tsx load-child.ts '["SOURCE", {OPTIONS}]'. Prints the ids of what it got.

const [source, options] = JSON.parse(process.argv[2] as string) as [string, LoadOptions];
const { image, text } = await loadEncoder(source, options);
process.stdout.write(`${JSON.stringify({ image: image?.id, text: text?.id })}\n`);

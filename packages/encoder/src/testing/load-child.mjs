import { loadEncoder } from "../load/load-encoder.js";

// A process of its own that loads an encoder: node --import tsx load-child.mjs '["SOURCE", {OPTIONS}]'. Prints the ids of what it got.

const [source, options] = JSON.parse(process.argv[2]);
const { image, text } = await loadEncoder(source, options);
process.stdout.write(`${JSON.stringify({ image: image?.id, text: text?.id })}\n`);

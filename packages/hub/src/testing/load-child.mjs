import { createHash } from "node:crypto";
import { openFolder } from "../open-folder.js";

// A process of its own that opens a model: node --import tsx load-child.mjs '["SOURCE", {OPTIONS}]'. Prints a hash of all its files.

const [source, options] = JSON.parse(process.argv[2]);
const folder = await openFolder(source, options);
const hash = createHash("sha256");
for (const file of folder.files.toSorted()) hash.update(file).update(await folder.bytes(file));
process.stdout.write(`${JSON.stringify({ model: hash.digest("hex") })}\n`);

// Serves a model over HTTP and asks it about one image, as a program on another machine would.
//
//   npx tsx serve-and-call.ts ./model photo.png
import { readFile } from "node:fs/promises";
import { serve } from "ltad";

const [bundle = "./model", image = "photo.png"] = process.argv.slice(2);
const server = await serve({ bundle, port: 0 }); // any free port of this machine

const form = new FormData();
form.append("image", new Blob([await readFile(image)]), image);
const response = await fetch(`${server.url}/predict`, { method: "POST", body: form });
const answer = (await response.json()) as { score: number; class: string; timing: { total: number } };
console.log(`${response.status}: ${answer.class}, score ${answer.score.toFixed(3)}`);

const overlay = await fetch(`${server.url}/predict`, { method: "POST", body: form, headers: { accept: "image/png" } });
console.log(`overlay: ${overlay.headers.get("content-type")}, ${(await overlay.arrayBuffer()).byteLength > 0 ? "not empty" : "empty"}`);
await server.close();

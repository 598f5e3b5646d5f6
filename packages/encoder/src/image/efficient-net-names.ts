import type { TensorInfo } from "@ltad/core";

/** The name of a convolution in a checkpoint, and that of the batch norm after it. A convolution without a batch norm has a bias. */
export interface LayerName {
  readonly convolution: string;
  readonly norm?: string;
}

/** How one library names the tensors of an EfficientNet. */
export interface NamingStyle {
  readonly library: "hugging-face" | "timm" | "torchvision";
  /** The prefix of all names, such as "vision_model." in ALIGN. */
  readonly prefix: string;
  /** True for tensors that a plan must have; the others belong to the head. */
  readonly isBody: (name: string) => boolean;
  /**
   * What this library calls one of our layers.
   * @param block which block the layer belongs to; undefined for the stem
   */
  layer(name: string, block: BlockPlace | undefined): LayerName;
}

export interface BlockPlace {
  readonly stage: number;
  readonly block: number;
  readonly count: number;
  readonly expands: boolean;
}

type Layers = Readonly<Record<string, LayerName>>;

const huggingFace: Layers = {
  stem: { convolution: "embeddings.convolution", norm: "embeddings.batchnorm" },
  expand: { convolution: "expansion.expand_conv", norm: "expansion.expand_bn" },
  depthwise: { convolution: "depthwise_conv.depthwise_conv", norm: "depthwise_conv.depthwise_norm" },
  squeeze: { convolution: "squeeze_excite.reduce" },
  excite: { convolution: "squeeze_excite.expand" },
  project: { convolution: "projection.project_conv", norm: "projection.project_bn" },
};

/** timm's InvertedResidual. DepthwiseSeparableConv, which does not expand, numbers its norms differently. */
const timm: Layers = {
  stem: { convolution: "conv_stem", norm: "bn1" },
  expand: { convolution: "conv_pw", norm: "bn1" },
  depthwise: { convolution: "conv_dw", norm: "bn2" },
  squeeze: { convolution: "se.conv_reduce" },
  excite: { convolution: "se.conv_expand" },
  project: { convolution: "conv_pwl", norm: "bn3" },
};
const timmSeparable: Layers = {
  ...timm,
  depthwise: { convolution: "conv_dw", norm: "bn1" },
  project: { convolution: "conv_pw", norm: "bn2" },
};

/** torchvision's MBConv: a list of modules, which has one less when the block does not expand. */
const torchvision = (expands: boolean): Layers => {
  const first = expands ? 1 : 0;
  const step = (i: number): LayerName => ({ convolution: `block.${i}.0`, norm: `block.${i}.1` });
  return {
    expand: step(0),
    depthwise: step(first),
    squeeze: { convolution: `block.${first + 1}.fc1` },
    excite: { convolution: `block.${first + 1}.fc2` },
    project: step(first + 2),
  };
};

/** Recognises the naming style of a checkpoint by its first convolution; undefined when it is not a known EfficientNet. */
export function namingStyle(tensors: Readonly<Record<string, TensorInfo>>): NamingStyle | undefined {
  for (const name of Object.keys(tensors)) {
    const [, prefix = "", stem = ""] = /^(.*?)(embeddings\.convolution|conv_stem|features\.0\.0)\.weight$/.exec(name) ?? [];
    if (stem) return styleOf(stem, prefix);
  }
  return undefined;
}

function styleOf(stem: string, prefix: string): NamingStyle {
  const under = (path: string, { convolution, norm }: LayerName): LayerName => {
    const full = (name: string) => `${prefix}${path}${name}`;
    return { convolution: full(convolution), ...(norm === undefined ? {} : { norm: full(norm) }) };
  };
  const of = (layers: Layers, name: string) => layers[name]!;
  if (stem === "embeddings.convolution")
    return {
      library: "hugging-face",
      prefix,
      isBody: (name) => name.startsWith(`${prefix}encoder.blocks.`) || name.startsWith(`${prefix}embeddings.`),
      layer: (name, place) => under(place ? `encoder.blocks.${place.count}.` : "", of(huggingFace, name)),
    };
  if (stem === "conv_stem")
    return {
      library: "timm",
      prefix,
      isBody: (name) => name.startsWith(`${prefix}blocks.`) || name.startsWith(`${prefix}bn1.`),
      layer: (name, place) =>
        under(place ? `blocks.${place.stage}.${place.block}.` : "", of(place?.expands === false ? timmSeparable : timm, name)),
    };
  return {
    library: "torchvision",
    prefix,
    isBody: (name) => /^features\.[0-7]\./.test(name.slice(prefix.length)),
    layer: (name, place) =>
      place
        ? under(`features.${place.stage + 1}.${place.block}.`, of(torchvision(place.expands), name))
        : under("", { convolution: "features.0.0", norm: "features.0.1" }),
  };
}

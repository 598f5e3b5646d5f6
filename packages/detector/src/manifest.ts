import { resizeKernels } from "@ltad/core/browser";
import * as z from "zod";

/**
 * The version of the bundle format. Raise it when an older reader would misread a bundle. In version 1 the head contains the tables of all classes;
 * since version 2 each class has a file.
 */
export const bundleVersion = 2;

const count = z.int().min(1).max(1_000_000);
/** The name of a file beside model.json, without a folder, a leading dot, or characters that an operating system treats specially. */
const plainName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$/, "expected a plain file name")
  .max(128);
/** A text as long as the name of a folder can be. Texts reach terminals, logs and web pages, where control characters do harm. */
const text = z
  .string()
  .max(256)
  .refine((given) => !/\p{Cs}/u.test(given), "expected no incomplete Unicode characters")
  .refine((given) => !/\p{Cc}/u.test(given), "expected no control characters");
/** The name of a class, normalised, so that two names that look the same are the same. */
const className = text.min(1).normalize("NFC");
/** The pixels of a side; an image with this side fits into memory. */
const side = z.int().min(1).max(8192);
const shape = z.array(z.int().min(0).nullable()).max(8);
const spec = z.strictObject({ dtype: z.enum(["float32", "int32", "bool"]), shape });
const graph = z.strictObject({ file: plainName, inputs: z.record(text, spec), outputs: z.array(text).min(1).max(100) });

const features = z.strictObject({
  inputSize: side,
  gridStride: count,
  /** The tiles of the input that the encoder takes one after the other; bundles without this field encode the input as a whole. */
  tiles: z.strictObject({ size: side, starts: z.array(z.int().min(0)).min(1).max(64) }).optional(),
  /** The filter that resizes images; bundles without this field were trained with linear. */
  kernel: z.enum(resizeKernels).default("linear"),
  shrink: z.enum(["area", "bilinear"]),
  /** "unit" if each stage's part of a token is scaled to the same length; bundles without this field have raw tokens. */
  length: z.enum(["unit", "raw"]).default("raw"),
  stages: z.array(z.strictObject({ stage: count, channels: count, stride: count })).min(1),
  grid: count,
  tokens: count,
  channels: count,
  zSize: count,
});

/** The largest header of the file of a class, in bytes. It has the names, types and shapes of a few tensors. */
const mostHeader = 64 * 1024;

const ascending = z
  .array(z.number())
  .max(10_000)
  .refine((values) => values.every((value, i) => i === 0 || value >= values[i - 1]!), "expected ascending numbers");

const decision = z.strictObject({
  /** The share of good images that may be above a limit. */
  falseAlarmRate: z.number().gt(0).lt(1),
  /**
   * For each class, in the order of the class index: the scores of good images that the model was not trained on, ascending; a limit that a user set;
   * the distances of these images from their class, ascending, and how near one of them comes to another class, both missing in older models.
   * `recalibrated` is true if a user chose these images after the training.
   */
  classes: z
    .array(
      z.strictObject({
        good: ascending,
        limit: z.number().nullable(),
        distances: ascending.optional(),
        nearestOther: z.number().min(0).optional(),
        recalibrated: z.literal(true).optional(),
      }),
    )
    .min(1),
});

/** The schema of model.json, which contains everything about a model that is not an array. Unknown keys are refused, so that typos are noticed. */
export const manifestSchema = z
  .strictObject({
    format: z.literal("ltad-bundle"),
    version: z.union([z.literal(1), z.literal(bundleVersion)]),
    /** When it was written, ISO 8601. */
    created: z.iso.datetime(),
    /** The program that wrote it: "ltad 0.1.0". */
    producer: text.min(1),
    preset: text,
    protocol: text,
    seed: z.int(),
    /** The frozen encoder. `id` is its hash, which the feature cache uses too. */
    encoder: z.strictObject({ name: text, id: text, inputSize: side }),
    features,
    /** The classes in the order of the class index. `order` is the rank by the number of images, 0 for the class with the most. */
    classes: z
      .array(
        z.strictObject({
          name: className,
          trainImages: z.int().min(0),
          order: z.int().min(0),
          /** The largest value that the class's 16-bit images use, such as 4095; missing if they use the whole range or have 8 bits. */
          range: z.int().min(255).max(65535).optional(),
          /** The file with the tables of the class, since version 2. */
          file: plainName.optional(),
          /** Which positions of the grid are judged, row by row: 1 for judged, 0 for ignored; missing if all are. The file of the class has it as well. */
          judged: z
            .string()
            .max(1_000_000)
            .regex(/^[01]+$/, "expected 1 and 0")
            .refine((places) => places.includes("1"), "expected at least one 1")
            .optional(),
        }),
      )
      .min(1),
    /** How a map becomes a score, for readers of the file; the graph computes it. */
    score: z.object({ imageScore: z.string(), lambda: z.number() }).catchall(z.union([z.string(), z.number(), z.boolean(), z.null()])),
    /** The map values at which a heat map begins and is strongest, from training images. */
    display: z.strictObject({ low: z.number(), high: z.number() }).optional(),
    /** What decides between good and not good; older models without it return only scores. */
    decision: decision.optional(),
    /** The output of the model for a fixed input when it was trained; `checkAnswer` shows whether it is still the same. */
    check: z.strictObject({ input: z.string().min(1), score: z.number(), mapSum: z.number() }).optional(),
    /** The resolved config of the training run. */
    config: z.record(z.string(), z.unknown()),
    /** `nearest` finds the class of an image and its distance from the class, since version 2. */
    graphs: z.strictObject({ encoder: graph, head: graph, nearest: graph.optional() }),
    weights: z.strictObject({ file: plainName }),
    files: z.record(plainName, z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) })),
  })
  .superRefine((manifest, context) => {
    for (const [where, message] of contradictions(manifest)) context.addIssue({ code: "custom", path: [...where], message });
  });

type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T;

/** A checked model.json. */
export type Manifest = Fixed<z.infer<typeof manifestSchema>>;
/** The file of one graph of a bundle, and the types and shapes of its inputs and outputs. */
export type GraphSpec = Manifest["graphs"]["encoder"];

type Contradiction = readonly [where: readonly (string | number)[], message: string];

/** Fields that are valid on their own but contradict each other. */
function contradictions(manifest: z.infer<typeof manifestSchema>): Contradiction[] {
  const found: Contradiction[] = [];
  const { features, classes, files, graphs, weights, display, decision } = manifest;
  const say = (where: readonly (string | number)[], message: string) => found.push([where, message]);
  if (features.tokens !== features.grid ** 2) say(["features", "tokens"], `expected grid * grid = ${features.grid ** 2}`);
  if (features.tiles && !covers(features.tiles, features))
    say(
      ["features", "tiles"],
      "expected starts in steps of features.gridStride from 0, without gaps, and the last tile to end at features.inputSize",
    );
  const channels = features.stages.reduce((sum, stage) => sum + stage.channels, 0);
  if (features.channels !== channels) say(["features", "channels"], `expected the sum over the stages, ${channels}`);
  if (manifest.encoder.inputSize !== features.inputSize)
    say(["encoder", "inputSize"], `expected features.inputSize = ${features.inputSize}`);
  if (new Set(classes.map((c) => c.name)).size !== classes.length) say(["classes"], "expected different names");
  for (const [k, { judged }] of classes.entries())
    if (judged !== undefined && judged.length !== features.tokens)
      say(["classes", k, "judged"], `expected a 1 or 0 for each of ${features.tokens} places`);
  if (display && !(display.high > display.low)) say(["display", "high"], "expected more than display.low");
  if (decision && decision.classes.length !== classes.length)
    say(["decision", "classes"], `expected one entry for each of ${classes.length} classes`);
  if (decision && decision.classes.every(({ good }) => good.length === 0)) say(["decision", "classes"], "expected at least one good image");
  for (const file of [graphs.encoder.file, graphs.head.file, weights.file, graphs.nearest?.file].filter((name) => name !== undefined)) {
    if (!Object.hasOwn(files, file)) say(["files"], `expected an entry for ${file}`);
  }
  return [...found, ...contradictionsOfClasses(manifest)];
}

/** Since version 2, each class has a file that is not larger than the tables that the head takes; before, no class has one. */
function contradictionsOfClasses({ version, classes, graphs, files }: z.infer<typeof manifestSchema>): Contradiction[] {
  if (version === 1) {
    const later = graphs.nearest ? "graphs.nearest" : classes.some(({ file }) => file !== undefined) ? "a file of a class" : undefined;
    return later === undefined ? [] : [[["version"], `expected 2, because there is ${later}`]];
  }
  if (!graphs.nearest) return [[["graphs", "nearest"], "expected a graph, because the version is 2"]];
  const tables = Object.entries(graphs.head.inputs).filter(([name]) => !isOfImage(name));
  const wrong = tables.find(
    ([
      ,
      {
        dtype,
        shape: [first, ...rest],
      },
    ]) => dtype !== "float32" || first !== 1 || rest.includes(null),
  );
  if (wrong) return [[["graphs", "head", "inputs", wrong[0]], "expected float32 [1, ...] without a free dimension"]];
  const most = 4 * tables.reduce((sum, [, { shape }]) => sum + shape.reduce<number>((size, n) => size * n!, 1), 0) + mostHeader;
  return classes.flatMap(({ file }, label): Contradiction[] => {
    const bytes = file !== undefined && Object.hasOwn(files, file) ? files[file]!.bytes : undefined;
    if (bytes === undefined) return [[["classes", label, "file"], "expected a file that has an entry in files"]];
    return bytes > most ? [[["classes", label, "file"], `expected at most ${most} bytes, which is what the head needs of a class`]] : [];
  });
}

/** True for inputs of the head that come from the image; all others come from its class. */
export function isOfImage(input: string): boolean {
  return input === "features" || input === "z";
}

/** True when the tiles are aligned with the grid and cover the input. */
function covers(
  { size, starts }: { size: number; starts: number[] },
  { inputSize, gridStride }: { inputSize: number; gridStride: number },
) {
  const isOnGrid = [size, ...starts].every((at) => at % gridStride === 0);
  const isGapless = starts.every((start, k) => (k === 0 ? start === 0 : start > starts[k - 1]! && start <= starts[k - 1]! + size));
  return isOnGrid && isGapless && starts.at(-1)! + size === inputSize;
}

import * as tf from "@tensorflow/tfjs";
import type { NamedBytes } from "@ltad/hub";

/** The published graph itself, to be executed by TensorFlow.js: the independent program our functions are compared with. */
export async function loadGraphModel(files: NamedBytes): Promise<tf.GraphModel> {
  const { modelTopology, weightsManifest, format, signature } = JSON.parse(new TextDecoder().decode(files["model.json"])) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
    format?: string;
    signature?: object;
  };
  const shards = weightsManifest.flatMap(({ paths }) => paths.map((path) => files[path]!));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  return tf.loadGraphModel({ load: async () => ({ modelTopology, weightSpecs, weightData, format, signature }) as tf.io.ModelArtifacts });
}

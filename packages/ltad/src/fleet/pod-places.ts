import { posix } from "node:path";
import { LtadError } from "@ltad/core";
import type { Plan, S3Options } from "@ltad/fleet";

/** Where the pods of a plan find the store and the images: in volumes, or in buckets. */
export interface PodPlaceOptions {
  /** The address of the plan, as the pods see it. */
  readonly address: string;
  /** Name of the volume claim that holds the store; needed where it is a folder. */
  readonly storeClaim?: string | undefined;
  /** Name of the claim that holds the images; not needed where they lie below the store or in a bucket. */
  readonly imagesClaim?: string | undefined;
  /** Name of a Secret with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the role of the pod by default. */
  readonly s3Secret?: string | undefined;
  /** The S3 server, as the pods reach it. */
  readonly s3?: S3Options | undefined;
}

const isBucket = (address: string) => address.startsWith("s3://");

/** The parts of a container and its pod that follow from them. */
export interface PodPlaces {
  readonly volumes: readonly object[];
  readonly volumeMounts: readonly object[];
  readonly env: readonly object[];
}

/**
 * Volumes and variables of a pod.
 * @throws LtadError `LTAD_CONFIG` when a claim is missing or has nothing to hold, or the Secret has nothing to open
 */
export function podPlaces({ root }: Pick<Plan, "root">, options: PodPlaceOptions): PodPlaces {
  const volumes = [...storeVolume(options), ...imagesVolume(root, options)];
  return {
    volumes: volumes.map(({ volume }) => volume),
    volumeMounts: volumes.map(({ mount }) => mount),
    env: bucketEnv(isBucket(options.address) || isBucket(root), options),
  };
}

/** The store, as the pods see it: the folder or bucket above "plans". @throws LtadError `LTAD_CONFIG` for a path that is not absolute */
export function storeOf(address: string): string {
  const above = (path: string) => path.replace(/\/plans\/[^/]*\/*$/, "");
  if (isBucket(address)) return above(address);
  const store = above(posix.normalize(address));
  if (store.startsWith("/")) return store;
  throw fault("plan", `PLAN ${address}: expected an absolute path, because pods see the store at the same place.`, address);
}

function storeVolume({ address, storeClaim }: PodPlaceOptions) {
  const store = storeOf(address);
  if (isBucket(store)) {
    if (storeClaim === undefined) return [];
    throw fault(
      "claim",
      `--claim ${storeClaim}: the store ${store} is in a bucket, so pods need no claim for it. Leave it out.`,
      storeClaim,
    );
  }
  if (storeClaim === undefined)
    throw fault("claim", `--claim: expected the claim that holds the store ${store}, received none.`, undefined);
  return [volumeOf("store", store, storeClaim, {})];
}

/** The images, where they are in a folder of their own. */
function imagesVolume(root: string, { address, imagesClaim }: PodPlaceOptions) {
  const isBelowStore = `${root}/`.startsWith(`${storeOf(address)}/`);
  if (isBucket(root) || isBelowStore) {
    if (imagesClaim === undefined) return [];
    const where = isBucket(root) ? "in a bucket" : "below the store";
    const message = `--images-claim ${imagesClaim}: the images are ${where} (${root}), so pods need no claim for them. Leave it out.`;
    throw fault("imagesClaim", message, imagesClaim);
  }
  if (imagesClaim !== undefined) return [volumeOf("images", root, imagesClaim, { readOnly: true })];
  const message = `--images-claim: expected the claim that holds the images, because ${root} is not below the store ${storeOf(address)}; received none.`;
  throw fault("imagesClaim", message, undefined);
}

/** A claim, at the path that the plan has. */
function volumeOf(name: string, mountPath: string, claimName: string, access: { readonly readOnly?: true }) {
  return { mount: { name, mountPath, ...access }, volume: { name, persistentVolumeClaim: { claimName, ...access } } };
}

/** The variables that the AWS SDK reads. */
function bucketEnv(usesBucket: boolean, { s3Secret, s3 = {} }: PodPlaceOptions): object[] {
  if (!usesBucket) {
    if (s3Secret === undefined) return [];
    throw fault("s3Secret", `--s3-secret ${s3Secret}: neither the store nor the images are in a bucket. Leave it out.`, s3Secret);
  }
  const given = { AWS_ENDPOINT_URL: s3.endpoint, AWS_REGION: s3.region };
  const settings = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  if (s3Secret === undefined) return settings;
  const key = (name: string, optional?: true) => ({
    name,
    valueFrom: { secretKeyRef: { name: s3Secret, key: name, ...(optional && { optional }) } },
  });
  return [...settings, key("AWS_ACCESS_KEY_ID"), key("AWS_SECRET_ACCESS_KEY"), key("AWS_SESSION_TOKEN", true)];
}

function fault(field: string, message: string, received: string | undefined): LtadError {
  return new LtadError("LTAD_CONFIG", message, { details: { field, received } });
}

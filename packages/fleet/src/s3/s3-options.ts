/** Which S3 server. The keys come from where the AWS SDK finds them: its variables, profiles, or the role of the machine or pod. */
export interface S3Options {
  /** URL of a server other than that of AWS. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
}

/** The bucket and the key of an address such as s3://plant/images; undefined for a path. */
export function parseS3(location: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ""] = /^s3:\/\/([^/]+)\/*(.*?)\/*$/s.exec(location) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

import { openBucket, type Patience } from "../s3/open-bucket.js";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import type { Store } from "./store.js";

/**
 * A store in a bucket. One PUT writes an object whole or not at all, and writing it again is harmless, because its name says what is in it: no locks
 * and no conditions are needed, which not every S3 server knows.
 * @param location s3://BUCKET/PREFIX
 * @throws LtadError `LTAD_CONFIG` when the package @aws-sdk/client-s3 is missing
 */
export async function s3Store(location: string, options: S3Options, patience?: Patience): Promise<Store> {
  const { bucket: name, key: prefix } = parseS3(location)!;
  const bucket = await openBucket(name, options, patience);
  const above = prefix === "" ? "" : `${prefix}/`;
  return {
    location,
    read: (key) => bucket.get(above + key),
    write: (key, content) => bucket.put(above + key, typeof content === "string" ? Buffer.from(content) : content),
    async list(folder) {
      const entries = await bucket.list(`${above}${folder}/`);
      return entries.map(({ key, modified }) => ({ key: key.slice(above.length), modified }));
    },
  };
}

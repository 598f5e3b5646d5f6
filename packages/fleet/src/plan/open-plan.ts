import { resolve } from "node:path";
import { LtadError, sha256 } from "@ltad/core";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import { joinLocation } from "../source/location.js";
import { itemReader } from "../source/read-item.js";
import { openStore } from "../store/open-store.js";
import type { Store } from "../store/store.js";
import { itemsSchema, type Plan, type PlanItem, planSchema } from "./plan.js";
import { itemsKey, planKey, producer, shardName } from "./write-plan.js";

/** A plan that a worker or a coordinator has opened. */
export interface OpenPlan {
  readonly id: string;
  readonly plan: Plan;
  readonly store: Store;
  /** The images of a shard, with the locations that `read` takes. @throws LtadError `LTAD_CONFIG` when there is no such shard */
  readonly items: (shard: number) => Promise<PlanItem[]>;
  /**
   * The content of an image, wherever it is.
   * @throws LtadError `LTAD_IMAGE` when it cannot be read, `LTAD_FETCH` when its bucket or the folder of all images cannot be reached
   */
  readonly read: (item: Pick<PlanItem, "id" | "file">) => Promise<Uint8Array>;
  /** An object that workers need, by its hash. @throws LtadError `LTAD_DATA` when it is missing or damaged */
  object(hash: string): Promise<Uint8Array>;
}

/** How a plan is opened. */
export interface OpenPlanOptions {
  /** Where the images lie on this machine, or s3://BUCKET/PREFIX; where the plan says by default. */
  readonly root?: string | undefined;
  /** For stores and images at s3:// addresses. */
  readonly s3?: S3Options | undefined;
}

/** The address of a plan: STORE/plans/ID. */
export function planAddress(store: string, id: string): string {
  return `${store.replace(/\/+$/, "")}/plans/${id}`;
}

/**
 * Opens a plan by its address, STORE/plans/ID.
 * @throws LtadError `LTAD_CONFIG` for another address or a plan of another version of this program, `LTAD_DATA` for a damaged plan
 */
export async function openPlan(address: string, options: OpenPlanOptions = {}): Promise<OpenPlan> {
  const [, location, id] = /^(.+?)[\\/]plans[\\/]([0-9a-f]{16})(?:[\\/](?:plan\.json)?)?$/.exec(address) ?? [];
  if (location === undefined || id === undefined) throw addressError(address, "expected an address such as STORE/plans/0123456789abcdef");
  const store = await openStore(location, { s3: options.s3 });
  const content = await store.read(planKey(id));
  if (!content) throw addressError(address, "there is no plan");
  const plan = checked(content, id, address);
  const root = options.root ?? plan.root;
  return {
    id,
    plan,
    store,
    async items(shard) {
      const entry = plan.shards[shard];
      if (!entry) throw shardError(shard, plan.shards.length);
      const text = await whole(store, itemsKey(id, shard), entry.items);
      return itemsSchema.parse(JSON.parse(Buffer.from(text).toString("utf8"))).map((item) => ({
        ...item,
        file: joinLocation(root, item.file),
        ...(item.masks && { masks: item.masks.map((mask) => joinLocation(root, mask)) }),
      }));
    },
    read: itemReader(parseS3(root) ? root : resolve(root), options.s3),
    object: (hash) => whole(store, `objects/${hash}`, hash),
  };
}

function checked(content: Uint8Array, id: string, address: string): Plan {
  if (!sha256(content).startsWith(id)) throw damaged(`${address}/plan.json`);
  const { producer: maker } = JSON.parse(Buffer.from(content).toString("utf8")) as { producer?: unknown };
  if (maker !== producer) {
    const message = `${address}: this plan was written by ${String(maker)}, but this program is ${producer}. Install that version on this machine, or make a new plan.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { field: "producer", expected: maker, received: producer } });
  }
  const parsed = planSchema.safeParse(JSON.parse(Buffer.from(content).toString("utf8")));
  if (!parsed.success) throw damaged(`${address}/plan.json`, parsed.error);
  return parsed.data as Plan;
}

/** An object whose content is known by its hash. */
async function whole(store: Store, key: string, hash: string): Promise<Uint8Array> {
  const content = await store.read(key);
  if (content && sha256(content) === hash) return content;
  throw damaged(`${store.location}/${key}`);
}

function damaged(file: string, cause?: unknown): LtadError {
  const message = `${file}: this object is missing or damaged. Make the plan again with the same \`ltad plan\`; finished shards are kept.`;
  return new LtadError("LTAD_DATA", message, { cause, details: { file } });
}

function addressError(address: string, why: string): LtadError {
  const message = `PLAN ${address}: ${why}. \`ltad plan\` prints the address of a plan.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "plan", received: address } });
}

function shardError(shard: number, shards: number): LtadError {
  const message = `--shard ${shardName(shard).replace(/^0+(?=\d)/, "")}: expected a number from 0 to ${shards - 1}, because the plan has ${shards} shards.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "shard", received: shard } });
}

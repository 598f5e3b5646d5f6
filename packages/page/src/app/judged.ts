import type { AnomalyMap, Size } from "@ltad/detector/web";

/** What a model says of an image, wherever it runs. */
export interface Judged {
  readonly score: number;
  readonly class: string;
  readonly classGiven: boolean;
  /** The class that the image is nearest to, if it is not the given one. */
  readonly nearestClass?: string | undefined;
  readonly distance?: number | undefined;
  /** Whether the image resembles no class; a server sends this in place of the distance. */
  readonly isUnlike: boolean;
  readonly image: Size;
  readonly map: AnomalyMap;
  /** S_rec and S_sem. */
  readonly parts: { readonly rec: AnomalyMap; readonly sem: AnomalyMap };
  readonly ms: number;
  readonly by: "server" | "device";
}

/** Judges images with one model. */
export interface Judge {
  judge(image: File, given: { readonly class: string | undefined }): Promise<Judged>;
}

/** A fault that the user can understand as it is. */
export class Refusal extends Error {}

import type { SignatureRules } from "../../../signatures/rules.js";
import type { TrustMaterial } from "../../../signatures/trust.js";
import type { Answered, Subject } from "../chunk.js";

/** What a thread needs to verify as the main one does. Texts of keys, not what was read from them: plain data. */
export interface Settings {
  readonly material: TrustMaterial;
  readonly rules: SignatureRules;
  readonly at: Date;
  readonly json: boolean;
}

/** Objects in one piece of memory, which changes hands instead of being copied. */
export interface Parcel {
  /** One object behind the other; what follows the last of them means nothing. */
  readonly bytes: ArrayBuffer;
  readonly objects: readonly {
    readonly type: Subject["type"];
    readonly oid: string;
    readonly length: number;
  }[];
}

export type ToWorker =
  | { readonly kind: "start"; readonly settings: Settings }
  | { readonly kind: "verify"; readonly id: number; readonly parcel: Parcel };

export type FromWorker =
  | { readonly kind: "ready" }
  | {
      readonly kind: "answered";
      readonly id: number;
      readonly answered: Answered;
      /** The memory of the parcel, given back. */
      readonly spare: ArrayBuffer;
    };

/** Packs objects to be handed over, into `spare` if that is large enough. */
export function pack(subjects: readonly Subject[], spare?: ArrayBuffer): Parcel {
  const size = subjects.reduce((sum, { raw }) => sum + raw.length, 0);
  const bytes = new Uint8Array(
    spare !== undefined && spare.byteLength >= size ? spare : new ArrayBuffer(size),
  );
  let at = 0;
  for (const { raw } of subjects) {
    bytes.set(raw, at);
    at += raw.length;
  }
  return {
    bytes: bytes.buffer,
    objects: subjects.map(({ type, oid, raw }) => ({ type, oid, length: raw.length })),
  };
}

/** The objects of a parcel, without a copy. */
export function unpack({ bytes, objects }: Parcel): Subject[] {
  let at = 0;
  return objects.map(({ type, oid, length }) => {
    const raw = new Uint8Array(bytes, at, length);
    at += length;
    return { type, oid, raw };
  });
}

import type { DSAEncoding, KeyObject } from "node:crypto";

/** Whose keys all of them are, and whom the commits name. */
export const SIGNER = { name: "Bench", email: "bench@countersign.example" };
/** Seconds since 1970: before any commit of a benchmark. */
export const KEYS_MADE_AT = Date.UTC(2020, 0, 1) / 1000;

/** One signature as `crypto.verify` takes it, with everything prepared: what the mathematics costs, and nothing else. */
export interface RawCheck {
  /** `null` for the Edwards curves, which have their own. */
  readonly digest: string | null;
  readonly data: Buffer;
  readonly key: KeyObject | { readonly key: KeyObject; readonly dsaEncoding: DSAEncoding };
  readonly signature: Buffer;
}

export interface Signed {
  /** As it stands in the commit's header, unfolded. */
  readonly armored: string;
  readonly check: RawCheck;
}

/** A key made by node:crypto, which signs payloads of commits in the form that git, gpg and ssh-keygen write. */
export interface Signer {
  readonly name: string;
  readonly format: "openpgp" | "ssh";
  /** OpenPGP: the armored certificate; SSH: a line of allowed_signers. */
  readonly publicKey: string;
  /** `at`: the signature's time in seconds since 1970, where its format has one. */
  sign(payload: Buffer, at: number): Signed;
}

import type { Stamp } from "../object/split.js";
import type { SshCertificate } from "../openssh/certificate.js";
import type { ReasonCode } from "../reasons.js";
import type { Weakness } from "../rules.js";
import type { PgpCandidate, TrustedSshKey } from "../trust.js";
import type { SecurityKeyUse, SignatureFormat } from "../verdict.js";
import type { X509Proof } from "../x509/prove.js";

/** What has been read of an object and its signature, as far as reading came. Times in seconds since 1970. */
export interface Reading {
  readonly format: SignatureFormat | null;
  readonly stamp: Stamp | null;
  /** Of the key that signed, or that the signature names where it is not known. */
  readonly fingerprint: string | null;
  readonly signedAt: number | null;
  readonly weaknesses: readonly Weakness[];
  readonly securityKey: SecurityKeyUse | null;
}

/**
 * What the bytes of an object and the trusted keys prove by mathematics: that a key made this signature over exactly
 * this object, or why it cannot be said. It depends on nothing else (no instant, person or policy), so it may be kept
 * by object and trust; everything that changes with time is judged anew, in `judge.ts`.
 */
export type Proof =
  | { readonly kind: "unproven"; readonly reason: ReasonCode; readonly reading: Reading }
  | {
      readonly kind: "openpgp";
      readonly reading: Reading;
      readonly candidate: PgpCandidate;
      readonly created: number;
      /** Seconds of validity of the signature itself from `created`; `null`: for ever. */
      readonly lifetime: number | null;
    }
  | {
      readonly kind: "ssh";
      readonly reading: Reading;
      /** In wire format, without the certificate; and its `SHA256:…`. */
      readonly key: Uint8Array;
      readonly fingerprint: string;
      /** Signed by the authority it names, unless it is listed itself. */
      readonly certificate: SshCertificate | null;
      /** `null`: no line and no account has this very key or certificate. */
      readonly listed: TrustedSshKey | null;
    }
  | { readonly kind: "x509"; readonly reading: Reading; readonly x509: X509Proof };

import { SignatureRefusal } from "../../reasons.js";
import type { Certificate } from "./certificate.js";

/** What a certificate at the end of a path is to be good for. */
export type Purpose = "signing" | "timestamping";

/** Bits of the first octet of keyUsage (RFC 5280, section 4.2.1.3). */
const DIGITAL_SIGNATURE = 0x80;
const NON_REPUDIATION = 0x40;
const CERTIFICATE_SIGNING = 0x04;

const ANY_PURPOSE = "2.5.29.37.0";
const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

const ACCEPTED: Readonly<Record<Purpose, readonly string[]>> = {
  signing: [CODE_SIGNING, EMAIL_PROTECTION],
  timestamping: [TIME_STAMPING],
};

/**
 * Refuses (`x509-not-for-signing`) a path whose first certificate may not sign data for `purpose`, or whose
 * authorities may not issue for it: an authority's own list of purposes holds for what it issues, as browsers and
 * OpenSSL have it. The root's is left aside: listing it here is what trusts it.
 */
export function refuseUnfitPurpose(path: readonly Certificate[], purpose: Purpose): void {
  const [leaf] = path;
  if (leaf === undefined || !maySign(leaf)) throw notForSigning("key usage");
  if (purpose === "timestamping" && !isTimestampAuthority(leaf))
    throw notForSigning("not a timestamp authority");
  const judged = path.length === 1 ? path : path.slice(0, -1);
  const shared = judged.reduce<readonly string[]>(narrow, ACCEPTED[purpose]);
  if (shared.length === 0) throw notForSigning("extended key usage");
}

function maySign({ extensions: { keyUsage } }: Certificate): boolean {
  return keyUsage === null || (keyUsage & (DIGITAL_SIGNATURE | NON_REPUDIATION)) !== 0;
}

/** RFC 3161, section 2.3: timestamping, that alone, and critical. */
function isTimestampAuthority({ extensions: { purposes } }: Certificate): boolean {
  return purposes?.critical === true && purposes.oids.length === 1 && purposes.oids[0] === TIME_STAMPING;
}

function narrow(accepted: readonly string[], { extensions: { purposes } }: Certificate): readonly string[] {
  if (purposes === null || purposes.oids.includes(ANY_PURPOSE)) return accepted;
  return accepted.filter((purpose) => purposes.oids.includes(purpose));
}

/** Whether it is an authority that may sign certificates. */
export function mayIssue({ extensions: { authority, keyUsage } }: Certificate): boolean {
  return authority !== null && (keyUsage === null || (keyUsage & CERTIFICATE_SIGNING) !== 0);
}

const notForSigning = (detail: string): SignatureRefusal =>
  new SignatureRefusal("x509-not-for-signing", detail);

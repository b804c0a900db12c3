import { SignatureRefusal } from "../reasons.js";
import type { CertificatePath } from "./certificate/chain.js";
import type { TimeEvidence, X509Proof } from "./prove.js";

/** Clocks of honest machines differ by less, and gitsign's certificates are made while Git already signs. */
const TOLERANCE_SECONDS = 600;

/**
 * Refuses (`key-listed-as-revoked`) a signature if the certificate or its key, or any authority's on any way to a
 * root, is listed: by another way the same authority could vouch for itself.
 */
export function refuseRevoked({ paths }: X509Proof, revoked: ReadonlySet<string>): void {
  if (paths.some((path) => isRevoked(path, revoked))) throw new SignatureRefusal("key-listed-as-revoked");
}

const isRevoked = ({ fingerprints }: CertificatePath, revoked: ReadonlySet<string>): boolean =>
  fingerprints.some((fingerprint) => revoked.has(fingerprint));

const isValid = ({ notBefore, notAfter }: CertificatePath, time: number): boolean =>
  notBefore <= time && time <= notAfter;

/** The instants of a judgement, in seconds since 1970. */
export interface Instants {
  /** What the signature, or else the object, says of itself. */
  readonly signedAt: number | null;
  /** Of evaluation. */
  readonly at: number;
}

/**
 * Whether the certificate was valid when it signed. While it is valid now, the time that the signature gives itself
 * may stand, for its maker could sign again; later, only others can tell: a timestamp authority or a log. Gives what
 * became of it since (`null`: it is valid still). Throws `x509-time-unproven`, `key-not-yet-valid` or `key-expired`.
 */
export function lapseOf(
  { paths, evidence }: X509Proof,
  { signedAt, at }: Instants,
  revoked: ReadonlySet<string>,
): "certificate-expired" | null {
  const valid = paths.filter((path) => isValid(path, at));
  const proven = evidence.filter((piece) => piece.time <= at + TOLERANCE_SECONDS && holds(piece, revoked));
  if (proven.some(({ time }) => paths.some((path) => isValid(path, time))))
    return valid.length > 0 ? null : "certificate-expired";
  const claimed = signedAt ?? at;
  if (valid.some((path) => isValidNear(path, claimed))) return null;
  if (paths.every(({ notBefore }) => claimed < notBefore - TOLERANCE_SECONDS))
    throw new SignatureRefusal("key-not-yet-valid");
  if (paths.every(({ notAfter }) => claimed > notAfter + TOLERANCE_SECONDS))
    throw new SignatureRefusal("key-expired");
  throw new SignatureRefusal("x509-time-unproven");
}

function holds({ time, paths }: TimeEvidence, revoked: ReadonlySet<string>): boolean {
  return paths === null || paths.some((path) => isValid(path, time) && !isRevoked(path, revoked));
}

const isValidNear = ({ notBefore, notAfter }: CertificatePath, time: number): boolean =>
  notBefore - TOLERANCE_SECONDS <= time && time <= notAfter + TOLERANCE_SECONDS;

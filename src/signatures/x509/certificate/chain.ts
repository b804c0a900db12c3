import { SignatureRefusal } from "../../reasons.js";
import { digestWeaknesses, keyWeaknesses } from "./algorithms.js";
import { isIssuedBy, isSelfIssued, type Certificate } from "./certificate.js";
import { withinNameConstraints } from "./name-constraints.js";
import { mayIssue, refuseUnfitPurpose, type Purpose } from "./usage.js";

/** Where paths may end, and what may stand in between. */
export interface Authorities {
  readonly roots: readonly Certificate[];
  /** Trusted for nothing by themselves: they must lead to a root. */
  readonly intermediates: readonly Certificate[];
}

/** A path from a certificate to a root that holds at every instant of its validity. */
export interface CertificatePath {
  /** SHA-256 of each certificate and of each one's key, upper-case hex: for a list of revoked ones. */
  readonly fingerprints: readonly string[];
  /** When all of its certificates are valid: seconds since 1970, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Anybody can put certificates into a signature that lead to each other in countless ways. */
const MAXIMUM_LENGTH = 8;
const MAXIMUM_PATHS = 8;
const MAXIMUM_CHECKS = 64;

interface Search {
  readonly authorities: Authorities;
  readonly intermediates: readonly Certificate[];
  readonly found: (readonly Certificate[])[];
  checks: number;
}

/**
 * The paths from `leaf` over `held` (the signature's own certificates) and the given intermediates to a trusted root,
 * checked as RFC 5280, section 6.1, has it, but for times and revocation: those are judged later. Throws
 * `x509-untrusted` where there is none, or what is wrong with the only ones there are.
 */
export function findPaths(
  leaf: Certificate,
  held: readonly Certificate[],
  authorities: Authorities,
  purpose: Purpose,
): CertificatePath[] {
  const intermediates = distinct([...authorities.intermediates, ...held]);
  const search: Search = { authorities, intermediates, found: [], checks: 0 };
  extend([leaf], search);
  const refusals: SignatureRefusal[] = [];
  const paths = search.found.flatMap((path) => checked(path, purpose, refusals));
  if (paths.length === 0) throw refusals[0] ?? new SignatureRefusal("x509-untrusted");
  return paths;
}

const distinct = (certificates: readonly Certificate[]): Certificate[] => [
  ...new Map(certificates.map((certificate) => [certificate.fingerprint, certificate])).values(),
];

function extend(path: readonly Certificate[], search: Search): void {
  const last = path.at(-1);
  if (last === undefined || search.found.length >= MAXIMUM_PATHS) return;
  const { roots } = search.authorities;
  if (roots.some(({ fingerprint }) => fingerprint === last.fingerprint)) {
    search.found.push(path);
    return;
  }
  if (path.length >= MAXIMUM_LENGTH) return;
  for (const issuer of [...roots, ...search.intermediates]) {
    if (!couldIssue(issuer, last) || path.some((earlier) => sameAuthority(earlier, issuer))) continue;
    search.checks += 1;
    if (search.checks > MAXIMUM_CHECKS) return;
    if (isIssuedBy(last, issuer)) extend([...path, issuer], search);
  }
}

function couldIssue(
  issuer: Certificate,
  { issuer: name, extensions: { authorityKeyId } }: Certificate,
): boolean {
  const { subjectKeyId } = issuer.extensions;
  const keyFits = authorityKeyId === null || subjectKeyId === null || authorityKeyId === subjectKeyId;
  return issuer.subject === name && keyFits;
}

const sameAuthority = (a: Certificate, b: Certificate): boolean =>
  a.keyFingerprint === b.keyFingerprint && a.subject === b.subject;

function checked(
  path: readonly Certificate[],
  purpose: Purpose,
  refusals: SignatureRefusal[],
): CertificatePath[] {
  try {
    refuseBroken(path);
    refuseUnfitPurpose(path, purpose);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    refusals.push(error);
    return [];
  }
  return [
    {
      fingerprints: path.flatMap(({ fingerprint, keyFingerprint }) => [fingerprint, keyFingerprint]),
      notBefore: Math.max(...path.map(({ notBefore }) => notBefore)),
      notAfter: Math.min(...path.map(({ notAfter }) => notAfter)),
    },
  ];
}

function refuseBroken(path: readonly Certificate[]): void {
  for (const { extensions } of path) {
    if (extensions.unknownCritical.length > 0) throw broken("unknown critical extension");
  }
  for (const [index, authority] of path.entries()) {
    if (index > 0) refuseUnfitAuthority(authority, path.slice(0, index));
  }
  // Who is at the end of the path is trusted as listed: its own signature shows nothing.
  for (const { scheme } of path.slice(0, -1)) {
    if (digestWeaknesses(scheme.digest).length > 0) throw new SignatureRefusal("weak-digest", "in the chain");
  }
}

/** `below`: what `authority` issued, and what those issued, from the leaf on. */
function refuseUnfitAuthority(authority: Certificate, below: readonly Certificate[]): void {
  const { pathLength } = authority.extensions.authority ?? { pathLength: 0 };
  if (!mayIssue(authority)) throw broken("not an authority");
  if (keyWeaknesses(authority.key).length > 0) throw new SignatureRefusal("weak-key", "in the chain");
  const between = below.slice(1).filter((certificate) => !isSelfIssued(certificate));
  if (pathLength !== null && between.length > pathLength) throw broken("path length");
  const { nameConstraints } = authority.extensions;
  if (nameConstraints === null) return;
  const constrained = below.filter((certificate, index) => index === 0 || !isSelfIssued(certificate));
  if (!constrained.every((certificate) => withinNameConstraints(nameConstraints, certificate)))
    throw broken("name constraints");
}

const broken = (detail: string): SignatureRefusal => new SignatureRefusal("x509-certificate-invalid", detail);

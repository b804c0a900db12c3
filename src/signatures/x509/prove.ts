import { readArmor } from "../encoding/armor.js";
import { SignatureRefusal } from "../reasons.js";
import type { Weakness } from "../rules.js";
import type { Asn1 } from "../x509.js";
import { digestWeaknesses, keyWeaknesses } from "./certificate/algorithms.js";
import type { Certificate } from "./certificate/certificate.js";
import { findPaths, type CertificatePath } from "./certificate/chain.js";
import { ID_DATA, readSignedData, type SignedData } from "./cms/signed-data.js";
import { certificatesIn, isContentSignedBy, signersAmong, signingTimeOf } from "./cms/signer.js";
import { TIMESTAMP_TOKEN, verifyTimestamp } from "./cms/timestamp.js";
import { identitiesOf, type CertificateIdentity } from "./identity.js";
import { LOG_ENTRY, verifyLogEntry } from "./log/log-entry.js";
import type { X509Trust } from "./trust.js";

/** What a signature and the given authorities prove: who signed, and when that was, if somebody else saw it. */
export interface X509Proof {
  readonly identities: readonly CertificateIdentity[];
  /** Who vouched for the identity to Fulcio; `null`: the certificate is of another authority. */
  readonly identityIssuer: string | null;
  /** At least one; which of them count depends on the time. */
  readonly paths: readonly CertificatePath[];
  readonly evidence: readonly TimeEvidence[];
}

/** Somebody else's word that the signature existed at `time` (seconds since 1970). */
export interface TimeEvidence {
  readonly time: number;
  /** Of a timestamp authority, one of which must have been valid then; `null`: the word of a given log's key. */
  readonly paths: readonly CertificatePath[] | null;
}

/** What is found out on the way, for refusals to tell. */
export interface X509Notes {
  fingerprint: string | null;
  signedAt: number | null;
  weaknesses: readonly Weakness[];
}

/** Unsigned attributes cost nothing to add. */
const MAXIMUM_EVIDENCE = 8;

/** A signature whose mathematics have been found right. */
export interface CheckedSignature {
  readonly signedData: SignedData;
  readonly certificate: Certificate;
  /** The certificates in the signature. */
  readonly held: readonly Certificate[];
}

/**
 * Proves a CMS signature (RFC 5652; Git's `gpg.format=x509`) over `payload`, and finds the paths from its certificate
 * to a trusted root. Throws a `SignatureRefusal`; `notes` then holds what has been learnt until then.
 */
export function proveX509(
  payload: Uint8Array,
  armored: Uint8Array,
  trust: X509Trust,
  notes: X509Notes,
): X509Proof {
  const { signedData, certificate, held } = checkSignature(payload, armored, trust, notes);
  const paths = findPaths(certificate, held, trust.signers, "signing");
  return {
    identities: identitiesOf(certificate),
    identityIssuer: certificate.extensions.identityIssuer,
    paths,
    evidence: evidenceIn(signedData, payload, certificate, trust),
  };
}

/**
 * The mathematics alone: that the key in the certificate which the signature names made it over `payload`. It says
 * nothing of who that is. Throws `x509-certificate-missing`, `signature-invalid`, `signature-malformed` …
 */
export function checkSignature(
  payload: Uint8Array,
  armored: Uint8Array,
  { signers: { roots, intermediates } }: X509Trust,
  notes: X509Notes,
): CheckedSignature {
  const signedData = readSignedData(readArmor(armored, { label: "SIGNED MESSAGE", headers: false }).body);
  const { signer, content, contentType } = signedData;
  notes.weaknesses = [...new Set([signer.digest, signer.scheme.digest].flatMap(digestWeaknesses))];
  notes.signedAt = signingTimeOf(signer) ?? notes.signedAt;
  // Content of its own would be signed in the payload's place.
  if (content !== null || contentType !== ID_DATA)
    throw new SignatureRefusal("signature-malformed", "not detached");
  const { certificates: held, refusals } = certificatesIn(signedData);
  const [first, ...others] = signersAmong([...held, ...intermediates, ...roots], signer.id);
  if (first === undefined) throw refusals[0] ?? new SignatureRefusal("x509-certificate-missing");
  const signedBy = [first, ...others].find((candidate) => isContentSignedBy(signedData, payload, candidate));
  const certificate = signedBy ?? first;
  notes.fingerprint = certificate.fingerprint;
  notes.weaknesses = [...notes.weaknesses, ...keyWeaknesses(certificate.key)];
  if (signedBy === undefined) throw new SignatureRefusal("signature-invalid");
  return { signedData, certificate, held };
}

/** Whatever of it does not hold proves nothing, and does no harm either: anybody could have added it. */
function evidenceIn(
  { signer }: SignedData,
  payload: Uint8Array,
  certificate: Certificate,
  { timestampAuthorities, logs }: X509Trust,
): TimeEvidence[] {
  const { value, signedAttributes, unsignedAttributes } = signer;
  const logged = { signed: signedAttributes?.encoded ?? payload, value, certificate: certificate.der };
  const attributes = (type: string): readonly Asn1[] =>
    (unsignedAttributes.get(type) ?? []).slice(0, MAXIMUM_EVIDENCE);
  return [
    ...attributes(TIMESTAMP_TOKEN).flatMap((token) =>
      holding(() => verifyTimestamp(token, value, timestampAuthorities)),
    ),
    ...attributes(LOG_ENTRY).flatMap((entry) =>
      holding(() => ({ time: verifyLogEntry(entry, logged, logs), paths: null })),
    ),
  ];
}

function holding(verify: () => TimeEvidence): TimeEvidence[] {
  try {
    return [verify()];
  } catch (error) {
    if (error instanceof SignatureRefusal) return [];
    throw error;
  }
}

import { SignatureRefusal } from "../../reasons.js";
import { readAsn1, type Asn1 } from "../../x509.js";
import { constructed, Fields, octetsOf, oidOf, sameBytes, smallInteger, TAG, timeOf } from "../asn1.js";
import { digestWeaknesses, keyWeaknesses, readDigest, type Digest } from "../certificate/algorithms.js";
import type { Certificate } from "../certificate/certificate.js";
import { findPaths, type Authorities, type CertificatePath } from "../certificate/chain.js";
import { signedDataIn } from "./signed-data.js";
import {
  certificatesIn,
  digestOf,
  hasSigningCertificate,
  isContentSignedBy,
  signersAmong,
} from "./signer.js";

const MALFORMED = "signature-malformed";

/** Where CMS signatures carry timestamps over themselves (RFC 3161, appendix A). */
export const TIMESTAMP_TOKEN = "1.2.840.113549.1.9.16.2.14";
const TIMESTAMP_INFO = "1.2.840.113549.1.9.16.1.4";

/** Proof that something existed at `time` (seconds since 1970), if one of `paths` was valid then. */
export interface Timestamp {
  readonly time: number;
  readonly paths: readonly CertificatePath[];
}

interface TimestampInfo {
  readonly digest: Digest;
  readonly imprint: Uint8Array;
  readonly time: number;
}

/**
 * Verifies a timestamp token (RFC 3161, section 2.4.2) over `stamped`: signed with the certificate that its signed
 * attributes name, which is for timestamps alone and leads to a given authority. Throws a `SignatureRefusal` for
 * everything else, weak algorithms included.
 */
export function verifyTimestamp(token: Asn1, stamped: Uint8Array, authorities: Authorities): Timestamp {
  const signedData = signedDataIn(token);
  const { content, contentType, signer } = signedData;
  if (contentType !== TIMESTAMP_INFO || content === null) throw new SignatureRefusal(MALFORMED, "timestamp");
  const info = readInfo(readAsn1(content, MALFORMED));
  if (!sameBytes(info.imprint, digestOf(info.digest, stamped))) throw invalid("of something else");
  const { certificates: held } = certificatesIn(signedData);
  const known = [...held, ...authorities.intermediates, ...authorities.roots];
  const certificate = signersAmong(known, signer.id).find((candidate) =>
    isContentSignedBy(signedData, content, candidate),
  );
  if (certificate === undefined || !hasSigningCertificate(signer)) throw invalid("timestamp");
  refuseWeak([info.digest, signer.digest, signer.scheme.digest], certificate);
  return { time: info.time, paths: findPaths(certificate, held, authorities, "timestamping") };
}

function refuseWeak(digests: readonly (Digest | null)[], { key }: Certificate): void {
  const weaknesses = [...digests.flatMap(digestWeaknesses), ...keyWeaknesses(key)];
  if (weaknesses.length > 0) throw invalid("weak timestamp");
}

function readInfo(value: Asn1): TimestampInfo {
  const fields = new Fields(value, MALFORMED);
  if (smallInteger(fields.take(), MALFORMED) !== 1)
    throw new SignatureRefusal(MALFORMED, "timestamp version");
  fields.take(TAG.oid);
  const imprint = new Fields(fields.take(TAG.sequence), MALFORMED);
  const digest = readDigest(imprint.take(TAG.sequence), MALFORMED);
  const stamped = octetsOf(imprint.take(), MALFORMED);
  imprint.expectEnd();
  fields.take(TAG.integer);
  const time = timeOf(fields.take(TAG.generalizedTime), MALFORMED);
  refuseCriticalExtensions(fields.rest());
  return { digest, imprint: stamped, time };
}

/** After the time come accuracy, ordering, nonce and name, which change nothing here, and extensions. */
function refuseCriticalExtensions(rest: readonly Asn1[]): void {
  const extensions = rest.find(({ identifier }) => identifier === constructed(1))?.children ?? [];
  for (const extension of extensions) {
    const fields = new Fields(extension, MALFORMED);
    oidOf(fields.take(TAG.oid), MALFORMED);
    if (fields.optional(TAG.boolean)?.contents[0] === 0xff) throw invalid("critical extension");
  }
}

const invalid = (detail: string): SignatureRefusal => new SignatureRefusal("signature-invalid", detail);

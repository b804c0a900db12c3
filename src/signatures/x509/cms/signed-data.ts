import { SignatureRefusal } from "../../reasons.js";
import { readAsn1, type Asn1 } from "../../x509.js";
import { constructed, Fields, hex, inner, octetsOf, oidOf, primitive, smallInteger, TAG } from "../asn1.js";
import { readDigest, readScheme, type Digest, type SignatureScheme } from "../certificate/algorithms.js";

const MALFORMED = "signature-malformed";
const SIGNED_DATA = "1.2.840.113549.1.7.2";
/** Content that is simply bytes, as Git's is. */
export const ID_DATA = "1.2.840.113549.1.7.1";

/** CMS SignedData with one signer (RFC 5652, section 5). */
export interface SignedData {
  readonly contentType: string;
  /** `null`: detached, the content is elsewhere. */
  readonly content: Uint8Array | null;
  /** Not read yet, since a damaged one that nothing depends on does no harm. */
  readonly certificates: readonly Asn1[];
  readonly signer: SignerInfo;
}

export interface SignerInfo {
  readonly id: SignerId;
  readonly digest: Digest;
  readonly signedAttributes: SignedAttributes | null;
  readonly scheme: SignatureScheme;
  readonly value: Uint8Array;
  /** Values by type. Nobody vouches for them: each must prove itself. */
  readonly unsignedAttributes: ReadonlyMap<string, readonly Asn1[]>;
}

/** Which certificate signed; all in lower-case hex. */
export type SignerId =
  | { readonly kind: "issuer-and-serial"; readonly issuer: string; readonly serial: string }
  | { readonly kind: "key-id"; readonly keyId: string };

export interface SignedAttributes {
  /** What the signature is over: the attributes as a SET OF (section 5.4). */
  readonly encoded: Uint8Array;
  readonly values: ReadonlyMap<string, readonly Asn1[]>;
}

/**
 * Reads a ContentInfo that holds SignedData. Throws `multiple-signatures` for more than one signer,
 * `signature-malformed`, or `x509-unsupported` for unknown kinds and algorithms.
 */
export const readSignedData = (bytes: Uint8Array): SignedData => signedDataIn(readAsn1(bytes, MALFORMED));

/** As `readSignedData`, of a value that has been read. */
export function signedDataIn(value: Asn1): SignedData {
  const contentInfo = new Fields(value, MALFORMED);
  if (oidOf(contentInfo.take(TAG.oid), MALFORMED) !== SIGNED_DATA)
    throw new SignatureRefusal("x509-unsupported", "not SignedData");
  const fields = new Fields(inner(contentInfo.take(constructed(0)), MALFORMED), MALFORMED);
  contentInfo.expectEnd();
  const version = smallInteger(fields.take(), MALFORMED);
  const digests = new Fields(fields.take(TAG.set), MALFORMED, TAG.set).rest();
  const { contentType, content } = readEncapsulated(fields.take(TAG.sequence));
  const certificates = fields.optional(constructed(0))?.children ?? [];
  fields.optional(constructed(1));
  const signers = new Fields(fields.take(TAG.set), MALFORMED, TAG.set).rest(TAG.sequence);
  fields.expectEnd();
  const [signer, ...others] = signers;
  if (others.length > 0) throw new SignatureRefusal("multiple-signatures");
  if (signer === undefined) throw new SignatureRefusal(MALFORMED, "no signer");
  // Other kinds of certificates (attribute certificates among them) have tags of their own.
  const plain = certificates.filter(({ identifier }) => identifier === TAG.sequence);
  const signedData = { contentType, content, certificates: plain, signer: readSigner(signer) };
  refuseInconsistent(signedData, version, digests);
  return signedData;
}

/** Version and list of digests say once more what is said elsewhere (RFC 5652, section 5.1), and must not differ. */
function refuseInconsistent(
  { contentType, signer }: SignedData,
  version: number,
  digests: readonly Asn1[],
): void {
  const simple = contentType === ID_DATA && signer.id.kind === "issuer-and-serial";
  const [digest, ...others] = digests.map((value) => readDigest(value, MALFORMED));
  if (version !== (simple ? 1 : 3) || digest !== signer.digest || others.length > 0)
    throw new SignatureRefusal(MALFORMED, "version or digests");
}

function readEncapsulated(value: Asn1): Pick<SignedData, "contentType" | "content"> {
  const fields = new Fields(value, MALFORMED);
  const contentType = oidOf(fields.take(TAG.oid), MALFORMED);
  const content = fields.optional(constructed(0));
  fields.expectEnd();
  return { contentType, content: content === null ? null : octetsOf(inner(content, MALFORMED), MALFORMED) };
}

function readSigner(value: Asn1): SignerInfo {
  const fields = new Fields(value, MALFORMED);
  const version = smallInteger(fields.take(), MALFORMED);
  const id = readSignerId(fields.take());
  if (version !== (id.kind === "key-id" ? 3 : 1))
    throw new SignatureRefusal(MALFORMED, "version of SignerInfo");
  const digest = readDigest(fields.take(TAG.sequence), MALFORMED);
  const signed = fields.optional(constructed(0));
  const scheme = readScheme(fields.take(TAG.sequence), MALFORMED, digest);
  const signature = octetsOf(fields.take(), MALFORMED);
  const unsigned = fields.optional(constructed(1));
  fields.expectEnd();
  return {
    id,
    digest,
    signedAttributes: signed === null ? null : readSignedAttributes(signed),
    scheme,
    value: signature,
    unsignedAttributes: unsigned === null ? new Map() : readAttributes(unsigned, constructed(1)),
  };
}

function readSignerId(value: Asn1): SignerId {
  if (value.identifier === primitive(0)) return { kind: "key-id", keyId: hex(value.contents) };
  const fields = new Fields(value, MALFORMED);
  const issuer = hex(fields.take(TAG.sequence).encoded);
  const serial = hex(fields.take(TAG.integer).contents);
  fields.expectEnd();
  return { kind: "issuer-and-serial", issuer, serial };
}

/** The signature is over the DER of a SET OF, though an implicit tag stands in its place (RFC 5652, section 5.4). */
function readSignedAttributes(value: Asn1): SignedAttributes {
  if (!value.definite) throw new SignatureRefusal(MALFORMED, "signed attributes not in DER");
  const encoded = Uint8Array.from(value.encoded);
  encoded[0] = TAG.set;
  return { encoded, values: readAttributes(value, constructed(0)) };
}

function readAttributes(value: Asn1, identifier: number): Map<string, Asn1[]> {
  const values = new Map<string, Asn1[]>();
  for (const attribute of new Fields(value, MALFORMED, identifier).rest(TAG.sequence)) {
    const fields = new Fields(attribute, MALFORMED);
    const type = oidOf(fields.take(TAG.oid), MALFORMED);
    const held = new Fields(fields.take(TAG.set), MALFORMED, TAG.set).rest();
    fields.expectEnd();
    values.set(type, [...(values.get(type) ?? []), ...held]);
  }
  return values;
}

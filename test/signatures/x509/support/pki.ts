import {
  constants,
  createHash,
  generateKeyPairSync,
  sign,
  type KeyObject,
  type SignKeyObjectInput,
} from "node:crypto";
import {
  bits,
  boolean,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  pem,
  seq,
  setOf,
  sorted,
  tlv,
  time,
  utf8,
  type Der,
} from "./der.js";

/** Makes certificates and CMS signatures with every part open to change. */

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const ecKey = (namedCurve = "P-256"): KeyPair => generateKeyPairSync("ec", { namedCurve });
export const edKey = (): KeyPair => generateKeyPairSync("ed25519");
export const rsaKey = (modulusLength = 2048): KeyPair => generateKeyPairSync("rsa", { modulusLength });

export type DigestName = "md5" | "sha1" | "sha256" | "sha384" | "sha512";
const DIGESTS: Readonly<Record<DigestName, string>> = {
  md5: "1.2.840.113549.2.5",
  sha1: "1.3.14.3.2.26",
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};
const ECDSA: Readonly<Record<DigestName, string>> = {
  md5: "0.0",
  sha1: "1.2.840.10045.4.1",
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
};
const RSA: Readonly<Record<DigestName, string>> = {
  md5: "1.2.840.113549.1.1.4",
  sha1: "1.2.840.113549.1.1.5",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};

export const digestId = (digest: DigestName): Der => seq(oid(DIGESTS[digest]), nothing());

export interface SigningOptions {
  readonly digest?: DigestName;
  readonly pss?: boolean;
}

/** The AlgorithmIdentifier of signatures by `key`. */
export function schemeId(
  { privateKey }: KeyPair,
  { digest = "sha256", pss = false }: SigningOptions = {},
): Der {
  if (privateKey.asymmetricKeyType === "ed25519") return seq(oid("1.3.101.112"));
  if (privateKey.asymmetricKeyType === "ec") return seq(oid(ECDSA[digest]));
  if (!pss) return seq(oid(RSA[digest]), nothing());
  const mask = seq(oid("1.2.840.113549.1.1.8"), digestId(digest));
  const salt = explicit(2, integer(32));
  return seq(oid("1.2.840.113549.1.1.10"), seq(explicit(0, digestId(digest)), explicit(1, mask), salt));
}

export function signBytes({ privateKey }: KeyPair, data: Uint8Array, options: SigningOptions = {}): Buffer {
  const { digest = "sha256", pss = false } = options;
  const input: SignKeyObjectInput = pss
    ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
    : { key: privateKey };
  return sign(privateKey.asymmetricKeyType === "ed25519" ? null : digest, data, input);
}

export const extension = (type: string, value: Uint8Array, critical = false): Der =>
  seq(oid(type), ...(critical ? [boolean(true)] : []), octets(value));

export const keyUsage = (bitsSet: number, critical = true): Der =>
  extension("2.5.29.15", tlv(0x03, Buffer.of(0, bitsSet)), critical);
export const DIGITAL_SIGNATURE = 0x80;
export const CERTIFICATE_SIGNING = 0x04;

export const purposes = (types: readonly string[], critical = false): Der =>
  extension("2.5.29.37", seq(...types.map(oid)), critical);
export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
export const EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
export const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
export const SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";

export const authority = (pathLength?: number): Der =>
  extension(
    "2.5.29.19",
    seq(boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    true,
  );

export const email = (address: string): Der => tlv(0x81, Buffer.from(address, "latin1"));
export const uri = (address: string): Der => tlv(0x86, Buffer.from(address, "latin1"));
export const host = (name: string): Der => tlv(0x82, Buffer.from(name, "latin1"));
export const fulcioName = (name: string): Der =>
  explicit(0, oid("1.3.6.1.4.1.57264.1.7"), explicit(0, utf8(name)));
export const alternativeNames = (...names: readonly Der[]): Der => extension("2.5.29.17", seq(...names));
export const nameConstraints = (permitted: readonly Der[], excluded: readonly Der[] = []): Der => {
  const trees = (number: number, names: readonly Der[]): Der[] =>
    names.length === 0 ? [] : [explicit(number, ...names.map((name) => seq(name)))];
  return extension("2.5.29.30", seq(...trees(0, permitted), ...trees(1, excluded)), true);
};

export const name = (common: string, ...emails: readonly string[]): Der => {
  const part = (type: string, value: Der): Der => setOf(seq(oid(type), value));
  const addresses = emails.map((address) => part("1.2.840.113549.1.9.1", tlv(0x16, Buffer.from(address))));
  return seq(part("2.5.4.3", utf8(common)), ...addresses);
};

/** A certificate and the key in it. */
export interface Issued {
  readonly der: Der;
  readonly pem: string;
  readonly key: KeyPair;
  readonly subject: Der;
  readonly serial: Der;
  /** SHA-256 in upper-case hex. */
  readonly fingerprint: string;
  readonly keyFingerprint: string;
}

export interface CertificateOptions {
  readonly subject: Der;
  readonly key?: KeyPair;
  /** Left out: self-signed. */
  readonly issuer?: Issued;
  readonly extensions?: readonly Der[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly serial?: number;
  readonly signing?: SigningOptions;
}

export const VALID_FROM = new Date("2020-01-01T00:00:00Z");
export const VALID_TO = new Date("2040-01-01T00:00:00Z");
let made = 1000;

export function certify(options: CertificateOptions): Issued {
  const { subject, key = ecKey(), issuer, extensions = [], signing = {} } = options;
  made += 1;
  const serial = integer(options.serial ?? made);
  const signer = issuer?.key ?? key;
  const scheme = schemeId(signer, signing);
  const info = key.publicKey.export({ type: "spki", format: "der" });
  const signed = seq(
    explicit(0, integer(2)),
    serial,
    scheme,
    issuer?.subject ?? subject,
    seq(time(options.notBefore ?? VALID_FROM), time(options.notAfter ?? VALID_TO)),
    subject,
    info,
    ...(extensions.length === 0 ? [] : [explicit(3, seq(...extensions))]),
  );
  const der = seq(signed, scheme, bits(signBytes(signer, signed, signing)));
  const fingerprints = { fingerprint: sha256(der), keyFingerprint: sha256(info) };
  return { der, pem: pem("CERTIFICATE", der), key, subject, serial, ...fingerprints };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").toUpperCase();

export const attribute = (type: string, ...values: readonly Der[]): Der => seq(oid(type), setOf(...values));
export const CONTENT_TYPE = "1.2.840.113549.1.9.3";
export const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
export const SIGNING_TIME = "1.2.840.113549.1.9.5";
export const ID_DATA = "1.2.840.113549.1.7.1";

export interface CmsOptions extends SigningOptions {
  readonly signer: Issued;
  /** In the signature; by default the signer's. */
  readonly certificates?: readonly Issued[];
  /** `null`: none. */
  readonly signedAt?: Date | null;
  /** `null`: none at all; otherwise made from content and time. */
  readonly attributes?: readonly Der[] | null;
  readonly moreAttributes?: readonly Der[];
  readonly unsigned?: (signature: CmsSignature) => readonly Der[];
  readonly contentType?: string;
  readonly attached?: boolean;
  readonly signers?: number;
  readonly byKeyId?: Buffer;
}

/** What is signed, and the signature's value. */
export interface CmsSignature {
  readonly signed: Buffer;
  readonly value: Buffer;
}

export function cms(content: Uint8Array, options: CmsOptions): Der {
  const { signer, digest = "sha256", contentType = ID_DATA, attached = false, signers = 1 } = options;
  const info = signerInfo(content, options);
  const certificates = (options.certificates ?? [signer]).map(({ der }) => der);
  const simple = contentType === ID_DATA && options.byKeyId === undefined;
  const signedData = seq(
    integer(simple ? 1 : 3),
    setOf(digestId(digest)),
    seq(oid(contentType), ...(attached ? [explicit(0, octets(content))] : [])),
    ...(certificates.length === 0 ? [] : [tlv(0xa0, ...certificates)]),
    tlv(0x31, ...Array.from({ length: signers }, () => info)),
  );
  return seq(oid("1.2.840.113549.1.7.2"), explicit(0, signedData));
}

function signerInfo(content: Uint8Array, options: CmsOptions): Der {
  const { signer, digest = "sha256", byKeyId } = options;
  const attributes = attributesOf(content, options);
  const signed = attributes === null ? Buffer.from(content) : setOf(...attributes);
  const value = signBytes(signer.key, signed, options);
  const unsigned = options.unsigned?.({ signed, value }) ?? [];
  return seq(
    integer(byKeyId === undefined ? 1 : 3),
    byKeyId === undefined ? seq(certificateIssuer(signer), signer.serial) : tlv(0x80, byKeyId),
    digestId(digest),
    ...(attributes === null ? [] : [tlv(0xa0, ...sorted(attributes))]),
    schemeId(signer.key, options),
    octets(value),
    ...(unsigned.length === 0 ? [] : [tlv(0xa1, ...unsigned)]),
  );
}

function attributesOf(content: Uint8Array, options: CmsOptions): readonly Der[] | null {
  const { digest = "sha256", contentType = ID_DATA, signedAt, attributes, moreAttributes = [] } = options;
  if (attributes === null) return null;
  const imprint = octets(createHash(digest).update(content).digest());
  const when = signedAt instanceof Date ? [attribute(SIGNING_TIME, time(signedAt))] : [];
  const made = [attribute(CONTENT_TYPE, oid(contentType)), attribute(MESSAGE_DIGEST, imprint), ...when];
  return [...(attributes ?? made), ...moreAttributes];
}

/** The issuer's name as it stands in the certificate: after version, serial number and algorithm. */
function certificateIssuer({ der }: Issued): Buffer {
  const signed = children(der)[0] ?? Buffer.alloc(0);
  return children(signed)[3] ?? Buffer.alloc(0);
}

/** The values inside of a constructed one. */
export function children(value: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let rest = value.subarray(headerOf(value).header);
  while (rest.length > 0) {
    const { header, length } = headerOf(rest);
    found.push(rest.subarray(0, header + length));
    rest = rest.subarray(header + length);
  }
  return found;
}

function headerOf(value: Buffer): { header: number; length: number } {
  const first = value[1] ?? 0;
  if (first < 128) return { header: 2, length: first };
  const count = first - 128;
  return { header: 2 + count, length: value.readUIntBE(2, count) };
}

export const armored = (der: Uint8Array): string => pem("SIGNED MESSAGE", der);

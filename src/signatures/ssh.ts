/**
 * The only importer of sshpk: reads OpenSSH public keys, names their fingerprints, and checks signatures. sshpk
 * converts keys and signatures; `node:crypto` does the mathematics, 80 times as fast for Ed25519. Security keys,
 * which sshpk does not know, are read here.
 */
import { createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import sshpk from "sshpk";
import { ByteReader, leftPad, stripLeadingZeros } from "./encoding/byte-reader.js";
import { isCertificateType, readSshCertificate, type SshCertificate } from "./openssh/certificate.js";
import { readValue, signedFrame, type SshSignature } from "./openssh/sshsig.js";
import { edwards, joinPadded } from "./pgp/public-key.js";
import { SignatureRefusal } from "./reasons.js";
import type { Weakness } from "./rules.js";
import type { SecurityKeyUse } from "./verdict.js";

/** How a key's signatures are checked. `application` and its kin: the key sits in a security key (PROTOCOL.u2f). */
export type SshKeyMaterial =
  | { readonly kind: "rsa"; readonly key: KeyObject; readonly bits: number }
  | { readonly kind: "ecdsa"; readonly key: KeyObject; readonly curve: Curve }
  | { readonly kind: "ed25519"; readonly key: KeyObject }
  | { readonly kind: "sk-ed25519"; readonly key: KeyObject; readonly application: string }
  | { readonly kind: "sk-ecdsa"; readonly key: KeyObject; readonly application: string }
  | { readonly kind: "dsa" }
  | { readonly kind: "unsupported" };

interface Curve {
  readonly name: "nistp256" | "nistp384" | "nistp521";
  readonly hash: "sha256" | "sha384" | "sha512";
  readonly bytes: number;
}

/** The hash goes with the curve (RFC 5656, section 6.2.1). */
const CURVES: readonly Curve[] = [
  { name: "nistp256", hash: "sha256", bytes: 32 },
  { name: "nistp384", hash: "sha384", bytes: 48 },
  { name: "nistp521", hash: "sha512", bytes: 66 },
];
const P256: Curve = { name: "nistp256", hash: "sha256", bytes: 32 };
const SMALLEST_RSA = 2048;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/**
 * `SHA256:` and the unpadded base64 of the key's hash, as `ssh-keygen -l` prints it: of a certificate, the hash of the
 * key it certifies. Refuses certificates that cannot be read.
 */
export function fingerprintOf(publicKey: Uint8Array): string {
  const key = isCertificateType(typeOf(publicKey) ?? "") ? readSshCertificate(publicKey).key : publicKey;
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/**
 * Reads a public key in wire format (RFC 4253, section 6.6); of a certificate, the key it certifies. What cannot be
 * read is `unsupported`.
 */
export function readSshKey(publicKey: Uint8Array): SshKeyMaterial {
  const type = typeOf(publicKey);
  if (type === null) return { kind: "unsupported" };
  try {
    if (isCertificateType(type)) return readSshKey(readSshCertificate(publicKey).key);
    return type.startsWith("sk-") ? readSecurityKey(publicKey) : readPlainKey(publicKey);
  } catch {
    return { kind: "unsupported" };
  }
}

/** The key type a wire-format key names itself; `null` where it is not one. */
export function typeOf(publicKey: Uint8Array): string | null {
  try {
    return new ByteReader(publicKey, "signature-malformed").sshText();
  } catch {
    return null;
  }
}

function readPlainKey(publicKey: Uint8Array): SshKeyMaterial {
  const parsed = sshpk.parseKey(Buffer.from(publicKey), "rfc4253");
  const key = (): KeyObject => createPublicKey(parsed.toString("pkcs8"));
  switch (parsed.type) {
    case "rsa":
      return { kind: "rsa", key: key(), bits: parsed.size };
    case "ecdsa": {
      const curve = CURVES.find(({ name }) => name === parsed.curve);
      return curve === undefined ? { kind: "unsupported" } : { kind: "ecdsa", key: key(), curve };
    }
    case "ed25519":
      return { kind: "ed25519", key: key() };
    case "dsa":
      return { kind: "dsa" };
    default:
      return { kind: "unsupported" };
  }
}

/** PROTOCOL.u2f: the plain key followed by the application it was made for. */
function readSecurityKey(publicKey: Uint8Array): SshKeyMaterial {
  const reader = new ByteReader(publicKey, "signature-malformed");
  const type = reader.sshText();
  if (type === "sk-ssh-ed25519@openssh.com") {
    const key = edwards("Ed25519", reader.sshString());
    return finish(reader, { kind: "sk-ed25519", key, application: reader.sshText() });
  }
  if (type !== "sk-ecdsa-sha2-nistp256@openssh.com" || reader.sshText() !== P256.name)
    return { kind: "unsupported" };
  const point = Buffer.from(reader.sshString());
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33, 65).toString("base64url")];
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const uncompressed = point.length === 65 && point[0] === 4;
  return uncompressed
    ? finish(reader, { kind: "sk-ecdsa", key, application: reader.sshText() })
    : { kind: "unsupported" };
}

function finish(reader: ByteReader, material: SshKeyMaterial): SshKeyMaterial {
  reader.expectEnd();
  return material;
}

/** The weaknesses of a key that the policy may let through. */
export function sshWeaknesses(material: SshKeyMaterial): readonly Weakness[] {
  return material.kind === "rsa" && material.bits < SMALLEST_RSA ? ["rsa-below-2048"] : [];
}

/** Refuses keys that say nothing, whatever they signed. */
export function refuseUnusableKey(material: SshKeyMaterial): void {
  if (material.kind === "dsa") throw new SignatureRefusal("weak-key");
  if (material.kind === "unsupported") throw new SignatureRefusal("algorithm-unsupported");
}

/** What a security key says of the one who signed (PROTOCOL.u2f); `null`: it is none. */
export function securityKeyUse({ securityKey }: SshSignature): SecurityKeyUse | null {
  if (securityKey === null) return null;
  const { flags } = securityKey;
  return { userPresent: (flags & USER_PRESENT) !== 0, userVerified: (flags & USER_VERIFIED) !== 0 };
}

/**
 * Whether `signature` is the key's over `document`. Refuses SHA-1 (`ssh-rsa`) and security keys that signed without
 * anybody touching them.
 */
export function isSshSignatureOver(
  document: Uint8Array,
  signature: SshSignature,
  material: SshKeyMaterial,
): boolean {
  return isValueOver(signedFrame(document, signature.hash), signature, material);
}

/** Whether the authority named in a certificate signed it. Whether that authority is trusted is another matter. */
export function isCertificateSigned(certificate: SshCertificate): boolean {
  const { authority, signed, algorithm, value } = certificate;
  const type = typeOf(authority);
  if (type === null || isCertificateType(type)) return false;
  const material = readSshKey(authority);
  refuseUnusableKey(material);
  if (sshWeaknesses(material).length > 0) throw new SignatureRefusal("weak-key");
  const reader = new ByteReader(value, "certificate-invalid");
  return isValueOver(Buffer.from(signed), { algorithm, ...readValue(reader, algorithm) }, material);
}

type SignatureValue = Pick<SshSignature, "algorithm" | "value" | "securityKey">;

function isValueOver(signed: Buffer, signature: SignatureValue, material: SshKeyMaterial): boolean {
  if (signature.algorithm === "ssh-rsa" || signature.algorithm === "ssh-dss")
    throw new SignatureRefusal("weak-digest");
  switch (material.kind) {
    case "rsa":
      return verifyRsa(signed, signature, material.key, material.bits);
    case "ecdsa":
      return verifyEcdsa(signed, signature, material.key, material.curve);
    case "ed25519":
      return signature.algorithm === "ssh-ed25519" && verifyEd25519(signed, signature.value, material.key);
    case "sk-ed25519":
    case "sk-ecdsa":
      return verifySecurityKey(signed, signature, material);
    case "dsa":
    case "unsupported":
      return false;
  }
}

/** RFC 8332: the signature names its hash, and is as long as the modulus (OpenSSH fills up lost zeros, so do we). */
function verifyRsa(frame: Buffer, signature: SignatureValue, key: KeyObject, bits: number): boolean {
  const hash = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" }[signature.algorithm];
  const value = leftPad(signature.value, Math.ceil(bits / 8));
  return hash !== undefined && value !== null && verify(hash, frame, key, value);
}

function verifyEcdsa(frame: Buffer, signature: SignatureValue, key: KeyObject, curve: Curve): boolean {
  if (signature.algorithm !== `ecdsa-sha2-${curve.name}`) return false;
  return verifyPair(frame, signature.value, key, curve);
}

/** Two `mpint`s behind one another (RFC 5656, section 3.1.2). */
function verifyPair(frame: Buffer, value: Uint8Array, key: KeyObject, curve: Curve): boolean {
  const reader = new ByteReader(value, "signature-malformed");
  const [r, s] = [reader.sshString(), reader.sshString()];
  reader.expectEnd();
  const pair = joinPadded(stripLeadingZeros(r), stripLeadingZeros(s), curve.bytes);
  return pair !== null && verify(curve.hash, frame, { key, dsaEncoding: "ieee-p1363" }, pair);
}

function verifyEd25519(frame: Buffer, value: Uint8Array, key: KeyObject): boolean {
  return value.length === 64 && verify(null, frame, key, value);
}

type SecurityKeyMaterial = Extract<SshKeyMaterial, { readonly application: string }>;

/** PROTOCOL.u2f: the device signs the application's hash, its flags and counter, and the hash of the frame. */
function verifySecurityKey(frame: Buffer, signature: SignatureValue, material: SecurityKeyMaterial): boolean {
  if (signature.securityKey === null) return false;
  const { flags, counter } = signature.securityKey;
  const state = Buffer.alloc(5);
  state.writeUInt8(flags, 0);
  state.writeUInt32BE(counter, 1);
  const signed = Buffer.concat([sha256(Buffer.from(material.application, "latin1")), state, sha256(frame)]);
  const valid =
    material.kind === "sk-ed25519"
      ? signature.algorithm === "sk-ssh-ed25519@openssh.com" &&
        verifyEd25519(signed, signature.value, material.key)
      : signature.algorithm === "sk-ecdsa-sha2-nistp256@openssh.com" &&
        verifyPair(signed, signature.value, material.key, P256);
  if (valid && (flags & USER_PRESENT) === 0) throw new SignatureRefusal("user-presence-missing");
  return valid;
}

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

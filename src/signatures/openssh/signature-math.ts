import { hash, verify, type KeyObject } from "node:crypto";
import { ByteReader, leftPad } from "../encoding/byte-reader.js";
import { joinPadded } from "../pgp/public-key.js";
import { SignatureRefusal } from "../reasons.js";
import type { SecurityKeyUse } from "../verdict.js";
import { P256, type Curve, type SecurityKeyMaterial, type SshKeyMaterial } from "./key-material.js";
import { signedFrame, type SecurityKeyState, type SignatureValue, type SshSignature } from "./sshsig.js";
import { readMpint } from "./wire.js";

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED_DATA = 0x40;
const EXTENSION_DATA = 0x80;

/** What a security key says of the one who signed (PROTOCOL.u2f); `null`: it is none. */
export function securityKeyUse({ securityKey }: SignatureValue): SecurityKeyUse | null {
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

/** Whether `signature` is the key's over exactly the bytes `signed`. Refuses as `isSshSignatureOver`. */
export function isValueOver(signed: Buffer, signature: SignatureValue, material: SshKeyMaterial): boolean {
  if (signature.algorithm === "ssh-rsa" || signature.algorithm === "ssh-dss")
    throw new SignatureRefusal("weak-digest");
  switch (material.kind) {
    case "rsa":
      return verifyRsa(signed, signature, material.key, material.bits);
    case "ecdsa": {
      const named = signature.algorithm === `ecdsa-sha2-${material.curve.name}`;
      return named && verifyPair(signed, signature.value, material.key, material.curve);
    }
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
function verifyRsa(
  frame: Buffer,
  { algorithm, value }: SignatureValue,
  key: KeyObject,
  bits: number,
): boolean {
  const digest = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" }[algorithm];
  const length = Math.ceil(bits / 8);
  const padded = value.length === length ? value : leftPad(value, length);
  return digest !== undefined && padded !== null && verify(digest, frame, key, padded);
}

/** Two `mpint`s behind one another (RFC 5656, section 3.1.2). */
function verifyPair(frame: Buffer, value: Uint8Array, key: KeyObject, curve: Curve): boolean {
  const reader = new ByteReader(value, "signature-malformed");
  const [r, s] = [readMpint(reader, "signature-malformed"), readMpint(reader, "signature-malformed")];
  reader.expectEnd();
  const pair = joinPadded(r, s, curve.bytes);
  return pair !== null && verify(curve.hash, frame, { key, dsaEncoding: "ieee-p1363" }, pair);
}

function verifyEd25519(frame: Buffer, value: Uint8Array, key: KeyObject): boolean {
  return value.length === 64 && verify(null, frame, key, value);
}

/**
 * PROTOCOL.u2f: the device signs the application's hash, its flags and counter, and a hash of the frame. That nobody
 * touched it is refused even where a certificate's extension `no-touch-required` permits it: such leave is given for
 * logins of machines, and a program could sign commits unseen.
 */
function verifySecurityKey(
  frame: Buffer,
  { algorithm, value, securityKey }: SignatureValue,
  { kind, key, application }: SecurityKeyMaterial,
): boolean {
  const message = securityKey === null ? null : messageHash(frame, algorithm, securityKey);
  if (securityKey === null || message === null) return false;
  const signed = Buffer.concat([
    sha256(Buffer.from(application, "latin1")),
    ...stateOf(securityKey),
    message,
  ]);
  const valid =
    kind === "sk-ed25519"
      ? algorithm === "sk-ssh-ed25519@openssh.com" && verifyEd25519(signed, value, key)
      : algorithm.endsWith("sk-ecdsa-sha2-nistp256@openssh.com") && verifyPair(signed, value, key, P256);
  if (valid && (securityKey.flags & USER_PRESENT) === 0) throw new SignatureRefusal("user-presence-missing");
  return valid;
}

/** Flags, counter and extensions as the device signed them. */
function stateOf({ flags, counter, webauthn }: SecurityKeyState): Uint8Array[] {
  const state = Buffer.alloc(5);
  state.writeUInt8(flags, 0);
  state.writeUInt32BE(counter, 1);
  return webauthn === null ? [state] : [state, webauthn.extensions];
}

function messageHash(frame: Buffer, algorithm: string, state: SecurityKeyState): Buffer | null {
  const { webauthn } = state;
  if (webauthn !== null) return isClientDataFor(frame, state) ? sha256(webauthn.clientData) : null;
  return algorithm.startsWith("sk-") ? sha256(frame) : null;
}

/**
 * Browsers do not sign the frame but a JSON text around it ("webauthn signatures" in PROTOCOL.u2f). Its start is
 * fixed, so it is compared and never parsed: a parser could find another challenge in it than the one that was signed. The
 * flags must say whether extensions were signed, or bytes could be moved between the two.
 */
function isClientDataFor(frame: Buffer, { flags, webauthn }: SecurityKeyState): boolean {
  if (webauthn === null) return false;
  const { origin, clientData, extensions } = webauthn;
  const extended = (flags & EXTENSION_DATA) !== 0;
  if (origin.includes('"') || (flags & ATTESTED_DATA) !== 0 || extended !== extensions.length > 0)
    return false;
  const challenge = frame.toString("base64url");
  const start = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"`;
  return Buffer.from(clientData).toString("latin1").startsWith(start);
}

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

import { hash as digestOf } from "node:crypto";
import { readArmor } from "../encoding/armor.js";
import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import { readName, sshString } from "./wire.js";

/** A signature as the algorithms of SSH make it, in SSHSIGs and certificates alike. */
export interface SignatureValue {
  /** `ssh-ed25519`, `rsa-sha2-512` … */
  readonly algorithm: string;
  /** The signature proper, in the algorithm's own form. */
  readonly value: Uint8Array;
  /** Security keys only: what follows the signature. */
  readonly securityKey: SecurityKeyState | null;
}

/** What a security key signed besides the message (PROTOCOL.u2f). */
export interface SecurityKeyState {
  readonly flags: number;
  readonly counter: number;
  /** Signatures made in a browser only. */
  readonly webauthn: {
    readonly origin: string;
    readonly clientData: Uint8Array;
    readonly extensions: Uint8Array;
  } | null;
}

/** A signature in OpenSSH's SSHSIG format (PROTOCOL.sshsig in the OpenSSH sources). */
export interface SshSignature extends SignatureValue {
  /** The public key in wire format, as the signature embeds it: a claim until it is found among trusted keys. */
  readonly publicKey: Uint8Array;
  readonly hash: "sha256" | "sha512";
}

const MAGIC = "SSHSIG";
const NAMESPACE = "git";

/**
 * Reads an armored SSHSIG made for Git. Refuses other namespaces (a signature made to approve a file or to log in
 * must not count as one over a commit), hashes other than SHA-256 and SHA-512, non-empty reserved fields and bytes
 * that nothing accounts for.
 */
export function readSshSignature(signature: Uint8Array): SshSignature {
  const { body } = readArmor(signature, { label: "SSH SIGNATURE", headers: false });
  const reader = new ByteReader(body, "signature-malformed");
  if (body.toString("latin1", 0, MAGIC.length) !== MAGIC) throw malformed("magic");
  reader.take(MAGIC.length);
  if (reader.uint(4) !== 1) throw malformed("version");
  const publicKey = reader.sshString();
  if (reader.sshText() !== NAMESPACE) throw new SignatureRefusal("namespace-mismatch");
  // Verifiers may ignore this field, but what we cannot read we cannot vouch for.
  if (reader.sshString().length > 0) throw malformed("reserved field");
  const hash = readHash(reader.sshText());
  const blob = new ByteReader(reader.sshString(), "signature-malformed");
  reader.expectEnd();
  const algorithm = blob.sshText();
  return { publicKey, hash, ...readSignatureValue(blob, algorithm) };
}

function readHash(name: string): SshSignature["hash"] {
  if (name === "sha256" || name === "sha512") return name;
  throw new SignatureRefusal(name === "sha1" || name === "md5" ? "weak-digest" : "signature-malformed", name);
}

/** What follows the algorithm's name in a signature: its value, and the state of a security key. */
export function readSignatureValue(reader: ByteReader, algorithm: string): SignatureValue {
  const value = reader.sshString();
  const securityKey = readState(reader, algorithm);
  reader.expectEnd();
  return { algorithm, value, securityKey };
}

function readState(reader: ByteReader, algorithm: string): SecurityKeyState | null {
  const webauthn = algorithm === "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
  if (!webauthn && !algorithm.startsWith("sk-")) return null;
  const state = { flags: reader.uint(1), counter: reader.uint(4) };
  if (!webauthn) return { ...state, webauthn: null };
  const origin = readName(reader, "signature-malformed");
  return { ...state, webauthn: { origin, clientData: reader.sshString(), extensions: reader.sshString() } };
}

/** All of the frame but the digest, which is as long as every other of its hash; one character a byte. */
const FRAMES = { sha256: frameOf("sha256", 32), sha512: frameOf("sha512", 64) };

function frameOf(hash: SshSignature["hash"], length: number): string {
  const digestLength = sshString(Buffer.alloc(length)).subarray(0, 4);
  const fields = [Buffer.from(NAMESPACE), Buffer.alloc(0), Buffer.from(hash)].map(sshString);
  return Buffer.concat([Buffer.from(MAGIC), ...fields, digestLength]).toString("latin1");
}

/** The bytes that the key signed for `document`: a frame that no other SSH protocol ever signs. */
export function signedFrame(document: Uint8Array, hash: SshSignature["hash"]): Buffer {
  // As text: a buffer for the digest would lie outside of the heap and cost more than hashing.
  return Buffer.from(FRAMES[hash] + digestOf(hash, document, "binary"), "latin1");
}

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

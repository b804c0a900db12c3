import { createHash } from "node:crypto";
import { readArmor } from "../encoding/armor.js";
import { ByteReader } from "../encoding/byte-reader.js";
import { SignatureRefusal } from "../reasons.js";
import { sshString } from "./certificate.js";

/** A signature in OpenSSH's SSHSIG format (PROTOCOL.sshsig in the OpenSSH sources). */
export interface SshSignature {
  /** The public key in wire format, as the signature embeds it: a claim until it is found among trusted keys. */
  readonly publicKey: Uint8Array;
  /** `ssh-ed25519`, `rsa-sha2-512` … */
  readonly algorithm: string;
  /** The signature proper, in the algorithm's own form. */
  readonly value: Uint8Array;
  /** Security keys only: what follows the signature. */
  readonly securityKey: { readonly flags: number; readonly counter: number } | null;
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
  if (Buffer.from(reader.take(MAGIC.length)).toString("latin1") !== MAGIC) throw malformed("magic");
  if (reader.uint(4) !== 1) throw malformed("version");
  const publicKey = reader.sshString();
  if (reader.sshText() !== NAMESPACE) throw new SignatureRefusal("namespace-mismatch");
  // Verifiers may ignore this field, but what we cannot read we cannot vouch for.
  if (reader.sshString().length > 0) throw malformed("reserved field");
  const hash = readHash(reader.sshText());
  const blob = new ByteReader(reader.sshString(), "signature-malformed");
  reader.expectEnd();
  return { publicKey, hash, ...readSignatureBlob(blob) };
}

function readHash(name: string): SshSignature["hash"] {
  if (name === "sha256" || name === "sha512") return name;
  throw new SignatureRefusal(name === "sha1" || name === "md5" ? "weak-digest" : "signature-malformed", name);
}

function readSignatureBlob(reader: ByteReader): Pick<SshSignature, "algorithm" | "value" | "securityKey"> {
  const algorithm = reader.sshText();
  return { algorithm, ...readValue(reader, algorithm) };
}

/** What follows the algorithm's name in a signature: its value, and the state of a security key. */
export function readValue(
  reader: ByteReader,
  algorithm: string,
): Pick<SshSignature, "value" | "securityKey"> {
  const value = reader.sshString();
  const securityKey = algorithm.startsWith("sk-") ? { flags: reader.uint(1), counter: reader.uint(4) } : null;
  reader.expectEnd();
  return { value, securityKey };
}

/** The bytes that the key signed for `document`: a frame that no other SSH protocol ever signs. */
export function signedFrame(document: Uint8Array, hash: SshSignature["hash"]): Buffer {
  const digest = createHash(hash).update(document).digest();
  const fields = [Buffer.from(NAMESPACE), Buffer.alloc(0), Buffer.from(hash), digest];
  return Buffer.concat([Buffer.from(MAGIC), ...fields.map(sshString)]);
}

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

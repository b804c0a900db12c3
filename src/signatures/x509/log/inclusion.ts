import { createHash } from "node:crypto";
import { isLogSignature, type LogKey } from "./log-key.js";

/** What says that a leaf is in a log's tree (RFC 6962, section 2.1.1). */
export interface InclusionProof {
  readonly index: number;
  /** Of the tree; the checkpoint must say the same. */
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  /** A signed note with the tree's size and root (C2SP signed-note, tlog-checkpoint). */
  readonly checkpoint: string;
}

/** Trees of 2^53 leaves have paths of 53 hashes. */
const MAXIMUM_HASHES = 64;
/** The log's own and those of witnesses. */
const MAXIMUM_SIGNATURES = 32;

/** Whether `leaf` is in the tree of which the log `key` signed the checkpoint. */
export function isIncluded(leaf: Uint8Array, proof: InclusionProof, key: LogKey): boolean {
  const tree = readCheckpoint(proof.checkpoint, key);
  if (tree?.size !== proof.size || !tree.root.equals(proof.root)) return false;
  if (proof.hashes.length > MAXIMUM_HASHES || proof.index >= proof.size) return false;
  return rootFrom(hash(0, leaf), proof)?.equals(proof.root) === true;
}

/** The root that the path leads to, or `null` if it has not the length that it must have (RFC 9162, section 2.1.3.2). */
function rootFrom(leaf: Buffer, { index, hashes, size }: InclusionProof): Buffer | null {
  let [node, last, found] = [index, size - 1, leaf];
  for (const sibling of hashes) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      found = hash(1, sibling, found);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else found = hash(1, found, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? found : null;
}

/** Leaves and nodes have different prefixes, so that none can be taken for the other. */
const hash = (prefix: 0 | 1, ...parts: readonly Uint8Array[]): Buffer =>
  createHash("sha256")
    .update(Buffer.concat([Uint8Array.of(prefix), ...parts]))
    .digest();

/** Origin, size and root in lines of their own, an empty line, and signatures of which the log's must be one. */
function readCheckpoint(note: string, key: LogKey): { size: number; root: Buffer } | null {
  const end = note.indexOf("\n\n");
  if (end === -1 || !note.endsWith("\n")) return null;
  const body = note.slice(0, end + 1);
  const signatures = note.slice(end + 2, -1).split("\n");
  const [origin = "", size = "", root = ""] = body.split("\n");
  if (!/^(?:0|[1-9]\d{0,14})$/.test(size) || signatures.length > MAXIMUM_SIGNATURES) return null;
  const found = signatures.map((line) => /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line));
  const signed = found.map((parts) => {
    const [, name = "", encoded = ""] = parts ?? [];
    const ofLog = origin === name || origin.startsWith(`${name} `);
    return ofLog && isNoteSignature(encoded, body, key);
  });
  const readable = found.every((parts) => parts !== null) && signed.includes(true);
  return readable ? { size: Number(size), root: Buffer.from(root, "base64") } : null;
}

/** The first four bytes only help to find the key. */
function isNoteSignature(encoded: string, body: string, { id, key }: LogKey): boolean {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded || bytes.subarray(0, 4).toString("hex") !== id.slice(0, 8))
    return false;
  return isLogSignature(key, Buffer.from(body), bytes.subarray(4));
}

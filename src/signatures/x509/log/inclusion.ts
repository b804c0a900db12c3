import { createHash, type KeyObject } from "node:crypto";
import { isLogSignature, type LogKey } from "./log-key.js";

/** What says that a leaf is in a log's tree (RFC 6962, section 2.1.1). */
export interface InclusionProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** A signed note with the tree's size and root (C2SP signed-note, tlog-checkpoint). */
  readonly checkpoint: string;
}

/** Trees of 2^53 leaves have paths of 53 hashes. */
const MAXIMUM_HASHES = 64;

/** Whether `leaf` is in the tree of which the log `key` signed the checkpoint. */
export function isIncluded(leaf: Uint8Array, proof: InclusionProof, key: LogKey): boolean {
  const tree = readCheckpoint(proof.checkpoint, key);
  if (tree === null || proof.hashes.length > MAXIMUM_HASHES || proof.index >= tree.size) return false;
  const root = rootFrom(hash(0, leaf), proof, tree.size);
  return root?.equals(tree.root) === true;
}

/** The root that the path leads to, or `null` if it has not the length that it must have (RFC 9162, section 2.1.3.2). */
function rootFrom(leaf: Buffer, { index, hashes }: InclusionProof, size: number): Buffer | null {
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
  if (end === -1) return null;
  const body = note.slice(0, end + 1);
  const signatures = note.slice(end + 2).split("\n");
  const [, size, root] = body.split("\n");
  if (size === undefined || !/^(?:0|[1-9]\d{0,14})$/.test(size) || root === undefined) return null;
  const signed = signatures.slice(0, MAXIMUM_HASHES).some((line) => isNoteSignature(line, body, key));
  return signed ? { size: Number(size), root: Buffer.from(root, "base64") } : null;
}

/** `— <name> <base64>`, whose first four bytes only help to find the key. */
function isNoteSignature(line: string, body: string, { id, key }: LogKey): boolean {
  const encoded = /^\u2014 \S+ ([A-Za-z0-9+/]+={0,2})$/.exec(line)?.[1];
  if (encoded === undefined) return false;
  const bytes = Buffer.from(encoded, "base64");
  return bytes.subarray(0, 4).toString("hex") === id.slice(0, 8) && signedNote(body, key, bytes.subarray(4));
}

const signedNote = (body: string, key: KeyObject, signature: Uint8Array): boolean =>
  isLogSignature(key, Buffer.from(body), signature);

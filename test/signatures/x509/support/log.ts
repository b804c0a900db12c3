import { createHash, sign } from "node:crypto";
import { octets, pem, type Der } from "./der.js";
import { attribute, ecKey, type CmsSignature, type Issued, type KeyPair } from "./pki.js";

/** A transparency log of the tests' own, as Rekor's: entries, promises, tree and checkpoints. */

export interface TestLog {
  readonly key: KeyPair;
  readonly pem: string;
  readonly id: Buffer;
}

export function makeLog(key = ecKey()): TestLog {
  const info = key.publicKey.export({ type: "spki", format: "der" });
  return { key, pem: pem("PUBLIC KEY", info), id: createHash("sha256").update(info).digest() };
}

export interface EntryOptions {
  readonly at: Date;
  readonly certificate: Issued;
  readonly kind?: string;
  readonly version?: string;
  /** Hashes of the leaves before and after; `null`: no inclusion proof. */
  readonly neighbours?: { readonly before: number; readonly after: number } | null;
  readonly promise?: boolean;
  /** To change what the log has signed. */
  readonly tamper?: (parts: EntryParts) => Partial<EntryParts>;
}

interface EntryParts {
  readonly integratedTime: number;
  readonly logIndex: number;
  readonly treeIndex: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string;
}

/** The attribute that gitsign adds. */
export const loggedIn =
  (log: TestLog, options: EntryOptions) =>
  (signature: CmsSignature): Der[] => [
    attribute("1.3.6.1.4.1.57264.3.1", octets(entryOf(log, signature, options))),
  ];

function entryOf(log: TestLog, signature: CmsSignature, options: EntryOptions): Buffer {
  const { at, kind = "hashedrekord", version = "0.0.1", promise = true } = options;
  const neighbours = options.neighbours ?? null;
  const body = Buffer.from(bodyOf(signature, options.certificate));
  const integratedTime = at.getTime() / 1000;
  const logIndex = 90_000;
  const said = { body: body.toString("base64"), integratedTime, logID: log.id.toString("hex"), logIndex };
  const signedPromise = sign("sha256", Buffer.from(JSON.stringify(said)), log.key.privateKey);
  const tree = treeOf(body, neighbours ?? { before: 0, after: 0 });
  const parts: EntryParts = {
    integratedTime,
    logIndex,
    treeIndex: neighbours?.before ?? 0,
    hashes: tree.proof,
    checkpoint: checkpointOf(log, tree.size, tree.root),
  };
  const final = { ...parts, ...options.tamper?.(parts) };
  const inclusion = [
    number(1, final.treeIndex),
    bytes(2, tree.root),
    number(3, tree.size),
    ...final.hashes.map((hash) => bytes(4, hash)),
    bytes(5, bytes(1, Buffer.from(final.checkpoint))),
  ];
  return Buffer.concat([
    number(1, final.logIndex),
    bytes(2, bytes(1, log.id)),
    bytes(3, Buffer.concat([bytes(1, Buffer.from(kind)), bytes(2, Buffer.from(version))])),
    number(4, final.integratedTime),
    ...(promise ? [bytes(5, bytes(1, signedPromise))] : []),
    ...(neighbours === null ? [] : [bytes(6, Buffer.concat(inclusion))]),
  ]);
}

function bodyOf({ signed, value }: CmsSignature, certificate: Issued): string {
  const hash = createHash("sha256").update(signed).digest("hex");
  const [content, key] = [value, Buffer.from(certificate.pem)].map((part) => part.toString("base64"));
  return (
    `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"${hash}"}},` +
    `"signature":{"content":"${content}","publicKey":{"content":"${key}"}}}}`
  );
}

function varint(value: number): Buffer {
  const parts: number[] = [];
  let left = value;
  do {
    parts.push((left % 128) | (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(parts);
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);

const leafHash = (leaf: Uint8Array): Buffer =>
  createHash("sha256").update(Buffer.of(0)).update(leaf).digest();
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash("sha256").update(Buffer.of(1)).update(left).update(right).digest();

/** As RFC 6962, section 2.1, defines them, by recursion. */
function treeOf(leaf: Uint8Array, { before, after }: { before: number; after: number }) {
  const other = (index: number): Buffer => leafHash(Buffer.from(`leaf ${index}`));
  const leaves = Array.from({ length: before + 1 + after }, (_, index) =>
    index === before ? leafHash(leaf) : other(index),
  );
  return { size: leaves.length, root: rootOf(leaves), proof: pathTo(before, leaves) };
}

const splitAt = (length: number): number => 2 ** (Math.ceil(Math.log2(length)) - 1);

function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return only;
  const split = splitAt(leaves.length);
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function pathTo(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitAt(leaves.length);
  return index < split
    ? [...pathTo(index, leaves.slice(0, split)), rootOf(leaves.slice(split))]
    : [...pathTo(index - split, leaves.slice(split)), rootOf(leaves.slice(0, split))];
}

export function checkpointOf(log: TestLog, size: number, root: Buffer): string {
  const body = `test - 1\n${size}\n${root.toString("base64")}\n`;
  const signature = sign("sha256", Buffer.from(body), log.key.privateKey);
  return `${body}\n\u2014 test ${Buffer.concat([log.id.subarray(0, 4), signature]).toString("base64")}\n`;
}

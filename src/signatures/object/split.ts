import { createHash } from "node:crypto";
import { SignatureRefusal } from "../reasons.js";

export type ObjectType = "commit" | "tag";
export type ObjectFormat = "sha1" | "sha256";

/** What Git takes for signed and for the signature; `signature` is `null` where Git sees none. */
export interface SplitObject {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array | null;
}

/** The person and instant of a `committer` or `tagger` line: a claim until the signature binds it. */
export interface Stamp {
  /** `null` where it is empty or not UTF-8: such an address is never compared with a trusted one. */
  readonly email: string | null;
  /** Seconds since 1970. */
  readonly time: number;
}

const LF = 0x0a;
const SPACE = 0x20;
const GPGSIG = Buffer.from("gpgsig");
const SIGNATURE_HEADERS: Readonly<Record<ObjectFormat, Buffer>> = {
  sha1: Buffer.from("gpgsig "),
  sha256: Buffer.from("gpgsig-sha256 "),
};
/** The lines at which Git starts a tag's signature (gpg-interface.c, `get_format_by_sig`). */
const ARMOR_STARTS = ["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"].map((kind) =>
  Buffer.from(`-----BEGIN ${kind}-----`),
);

/** The object format an object id belongs to, by its length; `null` for anything that is not an object id. */
export function formatOf(oid: string): ObjectFormat | null {
  if (!/^[0-9a-f]+$/.test(oid)) return null;
  if (oid.length === 40) return "sha1";
  return oid.length === 64 ? "sha256" : null;
}

/** The id of an object: the hash of `<type> <length>\0` and its bytes, in lower-case hex. */
export function objectId(type: ObjectType, raw: Uint8Array, format: ObjectFormat): string {
  return createHash(format).update(`${type} ${raw.length}\0`).update(raw).digest("hex");
}

/**
 * Splits an object into signed payload and signature exactly as Git does (commit.c and gpg-interface.c), ambiguous
 * objects included; `checkObject` is what refuses those.
 */
export function splitObject(type: ObjectType, raw: Uint8Array, format: ObjectFormat): SplitObject {
  return type === "commit" ? splitCommit(raw, format) : splitTag(raw);
}

function splitCommit(raw: Uint8Array, format: ObjectFormat): SplitObject {
  const payload: Uint8Array[] = [];
  const signature: Uint8Array[] = [];
  let current: "payload" | "signature" | "dropped" = "payload";
  for (const line of linesThroughHeaders(raw)) {
    const continued = line[0] === SPACE;
    if (startsWith(line, SIGNATURE_HEADERS[format])) {
      current = "signature";
      signature.push(line.subarray(SIGNATURE_HEADERS[format].length));
      continue;
    }
    if (startsWith(line, GPGSIG)) current = "dropped";
    else if (!continued) current = "payload";
    if (current === "signature") signature.push(line.subarray(1));
    else if (current === "payload") payload.push(line);
  }
  return { payload: concat(payload), signature: signature.length === 0 ? null : concat(signature) };
}

function splitTag(raw: Uint8Array): SplitObject {
  let start: number | null = null;
  for (let line = 0; line < raw.length; line = nextLine(raw, line)) {
    const rest = raw.subarray(line);
    if (ARMOR_STARTS.some((armor) => startsWith(rest, armor))) start = line;
  }
  if (start === null) return { payload: raw, signature: null };
  return { payload: withoutSignatureHeaders(raw.subarray(0, start)), signature: raw.subarray(start) };
}

/** A tag's payload leaves out `gpgsig` headers, which hold the signature over the object's other-hash form. */
function withoutSignatureHeaders(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let dropping = false;
  for (const line of linesThroughHeaders(bytes)) {
    const starts = Object.values(SIGNATURE_HEADERS).some((header) => startsWith(line, header));
    dropping = starts || (dropping && line[0] === SPACE);
    if (!dropping) kept.push(line);
  }
  return concat(kept);
}

/**
 * Refuses what could be read in two ways: missing, misplaced or repeated headers, NUL in the headers, more than
 * one signature header, and `gpgsig…` headers that Git drops from the payload.
 * Gives the committer's (commit) or tagger's (tag, `null` in the oldest tags) stamp.
 */
export function checkObject(
  type: ObjectType,
  raw: Uint8Array,
  split: SplitObject,
  format: ObjectFormat,
): Stamp | null {
  const headers = headerBlock(raw);
  if (headers.includes("\0")) throw new SignatureRefusal("nul-in-header");
  refuseSignatureHeaders(type, headers, format);
  const lines = headerLines(headerBlock(split.payload));
  return type === "commit" ? checkCommit(lines) : checkTag(lines);
}

function refuseSignatureHeaders(type: ObjectType, headers: string, format: ObjectFormat): void {
  const own = SIGNATURE_HEADERS[format].toString("latin1");
  const found = headers.split("\n").filter((line) => line.startsWith("gpgsig"));
  if (found.some((line) => !line.startsWith(own))) throw new SignatureRefusal("unknown-signature-header");
  if (found.length > (type === "commit" ? 1 : 0)) throw new SignatureRefusal("multiple-signatures");
}

function checkCommit(lines: readonly string[]): Stamp {
  const parents = lines.findIndex((line, index) => index > 0 && !/^parent [0-9a-f]{40,64}$/.test(line));
  const [author, committer] = [lines[parents] ?? "", lines[parents + 1] ?? ""];
  const ordered = /^tree [0-9a-f]{40,64}$/.test(lines[0] ?? "") && author.startsWith("author ");
  if (!ordered || !committer.startsWith("committer ")) throw new SignatureRefusal("object-malformed");
  refuseRepeated(lines.slice(parents + 2), ["tree", "parent", "author", "committer", "encoding"]);
  return readStamp(committer.slice("committer ".length));
}

function checkTag(lines: readonly string[]): Stamp | null {
  const [object, type, tag, tagger] = lines;
  const ordered = /^object [0-9a-f]{40,64}$/.test(object ?? "") && /^type [a-z]+$/.test(type ?? "");
  if (!ordered || tag?.startsWith("tag ") !== true) throw new SignatureRefusal("object-malformed");
  const stamped = tagger?.startsWith("tagger ") === true;
  refuseRepeated(lines.slice(stamped ? 4 : 3), ["object", "type", "tag", "tagger"]);
  return stamped ? readStamp(tagger.slice("tagger ".length)) : null;
}

/** Of these names only `encoding` may occur here, and once; all others have had their place before. */
function refuseRepeated(lines: readonly string[], names: readonly string[]): void {
  const seen = lines.map((line) => line.split(" ", 1)[0] ?? "").filter((name) => names.includes(name));
  const repeated = seen.some((name) => name !== "encoding") || seen.length > 1;
  if (repeated) throw new SignatureRefusal("duplicate-header", seen.join(" "));
}

/** Reads `Name <email> seconds zone`; a line that could be read in two ways is refused. */
function readStamp(text: string): Stamp {
  const match = /^[^<>]*<([^<>]*)> ([0-9]{1,12}) [+-][0-9]+$/.exec(text);
  if (match === null) throw new SignatureRefusal("object-malformed", "committer or tagger line");
  return { email: decodeEmail(match[1] ?? ""), time: Number(match[2]) };
}

function decodeEmail(latin1: string): string | null {
  try {
    // A byte order mark is kept: dropping it would make two different addresses equal.
    const email = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(latin1, "latin1"),
    );
    return email === "" ? null : email;
  } catch {
    return null;
  }
}

/** The headers up to the empty line, one character a byte, so that nothing is lost or merged by decoding. */
function headerBlock(raw: Uint8Array): string {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const end = text.indexOf("\n\n");
  return text.toString("latin1", 0, end === -1 ? raw.length : end);
}

/** First lines of headers; continuation lines belong to the header before and are left out. */
function headerLines(headers: string): string[] {
  return headers.split("\n").filter((line, index) => index === 0 || !line.startsWith(" "));
}

/** Header lines with their LF, then everything from the empty line on as one piece. */
function* linesThroughHeaders(raw: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  while (start < raw.length) {
    const end = raw[start] === LF ? raw.length : nextLine(raw, start);
    yield raw.subarray(start, end);
    start = end;
  }
}

function nextLine(raw: Uint8Array, from: number): number {
  const end = raw.indexOf(LF, from);
  return end === -1 ? raw.length : end + 1;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, index) => bytes[index] === byte);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

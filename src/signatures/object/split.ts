import { createHash, hash } from "node:crypto";
import { bufferOver } from "../encoding/byte-reader.js";
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
const SIGNATURE_HEADERS: Readonly<Record<ObjectFormat, string>> = {
  sha1: "gpgsig ",
  sha256: "gpgsig-sha256 ",
};
/** The lines at which Git starts a tag's signature (gpg-interface.c, `get_format_by_sig`). */
const ARMOR = "-----BEGIN ";
const ARMOR_KINDS = ["PGP SIGNATURE", "PGP MESSAGE", "SIGNED MESSAGE", "SSH SIGNATURE"].map(
  (kind) => `${kind}-----`,
);
const LONGEST_KIND = Math.max(...ARMOR_KINDS.map(({ length }) => length));

/** The object format an object id belongs to, by its length; `null` for anything that is not an object id. */
export function formatOf(oid: string): ObjectFormat | null {
  if (!/^[0-9a-f]+$/.test(oid)) return null;
  if (oid.length === 40) return "sha1";
  return oid.length === 64 ? "sha256" : null;
}

const SMALL = 4096;

/** The id of an object: the hash of `<type> <length>\0` and its bytes, in lower-case hex. */
export function objectId(type: ObjectType, raw: Uint8Array, format: ObjectFormat): string {
  const header = `${type} ${raw.length}\0`;
  // Copying a few bytes takes less time than making a hash that takes them piece by piece.
  if (raw.length <= SMALL) return hash(format, Buffer.concat([Buffer.from(header), raw]), "hex");
  return createHash(format).update(header).update(raw).digest("hex");
}

/**
 * Splits an object into signed payload and signature exactly as Git does (commit.c and gpg-interface.c), ambiguous
 * objects included; `checkObject` is what refuses those.
 */
export function splitObject(type: ObjectType, raw: Uint8Array, format: ObjectFormat): SplitObject {
  return type === "commit" ? splitCommit(raw, format) : splitTag(raw);
}

function splitCommit(raw: Uint8Array, format: ObjectFormat): SplitObject {
  const own = SIGNATURE_HEADERS[format];
  const signatures: string[] = [];
  const payload = withoutSignatureHeaders(raw, (header) => {
    // A line break and the space that folds the next line are the signature's line break. Not `replaceAll`: that keeps
    // a rope of strings, many bytes for each line, of which a stranger may write millions.
    if (header.startsWith(own)) signatures.push(header.slice(own.length).split("\n ").join("\n"));
    return true;
  });
  if (signatures.length === 0) return { payload, signature: null };
  return { payload, signature: Buffer.from(signatures.join(""), "latin1") };
}

/** A tag's payload leaves out `gpgsig` headers, which hold the signature over the object's other-hash form. */
function splitTag(raw: Uint8Array): SplitObject {
  const start = lastArmor(raw);
  if (start === -1) return { payload: raw, signature: null };
  const known = Object.values(SIGNATURE_HEADERS);
  const payload = withoutSignatureHeaders(raw.subarray(0, start), (header) =>
    known.some((name) => header.startsWith(name)),
  );
  return { payload, signature: raw.subarray(start) };
}

/** Offset of the last line that starts a signature; -1: there is none. */
function lastArmor(raw: Uint8Array): number {
  const bytes = bufferOver(raw);
  let at = bytes.lastIndexOf(ARMOR);
  while (at !== -1) {
    const kind = bytes.toString("latin1", at + ARMOR.length, at + ARMOR.length + LONGEST_KIND);
    const startsLine = at === 0 || bytes[at - 1] === LF;
    if (startsLine && ARMOR_KINDS.some((known) => kind.startsWith(known))) return at;
    // A negative offset would count from the end.
    at = at === 0 ? -1 : bytes.lastIndexOf(ARMOR, at - 1);
  }
  return -1;
}

/**
 * An object without those of its headers starting with `gpgsig` that `drop` says to leave out. `drop` is handed each
 * of them with its folded lines, as one character a byte.
 */
function withoutSignatureHeaders(raw: Uint8Array, drop: (header: string) => boolean): Uint8Array {
  const headers = headersThroughLastLine(raw);
  const kept: Uint8Array[] = [];
  let from = 0;
  for (let at = nextSignatureHeader(headers, 0), end = 0; at !== -1; at = nextSignatureHeader(headers, end)) {
    end = endOfHeader(headers, at);
    if (!drop(headers.slice(at, end))) continue;
    kept.push(raw.subarray(from, at));
    from = end;
  }
  return from === 0 ? raw : Buffer.concat([...kept, raw.subarray(from)]);
}

/** Everything before the empty line, one character a byte. */
function headersThroughLastLine(raw: Uint8Array): string {
  if (raw[0] === LF) return "";
  const bytes = bufferOver(raw);
  const end = bytes.indexOf("\n\n");
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end + 1);
}

/** Offset of the first line at or behind `from` that starts with `gpgsig`; -1: none does. */
function nextSignatureHeader(headers: string, from: number): number {
  if (from === 0 && headers.startsWith("gpgsig")) return 0;
  const before = headers.indexOf("\ngpgsig", Math.max(from - 1, 0));
  return before === -1 ? -1 : before + 1;
}

/** Offset behind the last folded line of the header at `start`. */
function endOfHeader(headers: string, start: number): number {
  let end = start;
  do {
    const lineEnd = headers.indexOf("\n", end);
    end = lineEnd === -1 ? headers.length : lineEnd + 1;
  } while (headers.startsWith(" ", end));
  return end;
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
  let found = 0;
  let at = nextSignatureHeader(headers, 0);
  for (; at !== -1; at = nextSignatureHeader(headers, at + 1)) {
    if (!headers.startsWith(SIGNATURE_HEADERS[format], at))
      throw new SignatureRefusal("unknown-signature-header");
    found += 1;
  }
  if (found > (type === "commit" ? 1 : 0)) throw new SignatureRefusal("multiple-signatures");
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
  if (latin1 === "") return null;
  if (!NOT_ASCII.test(latin1)) return latin1;
  try {
    // A byte order mark is kept: dropping it would make two different addresses equal.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, "latin1"));
  } catch {
    return null;
  }
}

/** Bytes that UTF-8 gives a meaning of their own. */
const NOT_ASCII = /[\x80-\xff]/;

/** The headers up to the empty line, one character a byte, so that nothing is lost or merged by decoding. */
function headerBlock(raw: Uint8Array): string {
  const bytes = bufferOver(raw);
  const end = bytes.indexOf("\n\n");
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
}

/** First lines of headers; continuation lines belong to the header before and are left out. */
function headerLines(headers: string): string[] {
  return headers.split("\n").filter((line, index) => index === 0 || !line.startsWith(" "));
}

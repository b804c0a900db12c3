import { SignatureRefusal } from "../reasons.js";
import { bufferOver } from "./byte-reader.js";

export interface Armor {
  /** The decoded body. */
  readonly body: Buffer;
  /** OpenPGP's CRC-24 as four base64 digits, where there is one. */
  readonly checksum: string | null;
}

/** Line ends and headers differ by format: OpenPGP has headers and tolerates CRLF, SSHSIG has neither. */
export interface ArmorRules {
  readonly label: string;
  readonly headers: boolean;
}

/** Any further block of these kinds would be a second signature that some reader takes for the first. */
const ANOTHER_SIGNATURE = /^-----BEGIN (?:PGP|SSH|SIGNED)/m;
const BLANKS = " \t";
const [TAB, LF, SPACE] = [0x09, 0x0a, 0x20];

/**
 * Reads the one armored block that `text` must begin with (RFC 9580, section 6.2; PROTOCOL.sshsig). Text after it
 * is ignored, as git and gpg do, unless it starts another signature; text before it is refused.
 */
export function readArmor(signature: Uint8Array, { label, headers }: ArmorRules): Armor {
  const raw = bufferOver(signature).toString("latin1");
  // Not `replaceAll`: that keeps a rope of strings, many bytes for each line, of which a stranger may write millions.
  const text = headers && raw.includes("\r") ? raw.split("\r\n").join("\n") : raw;
  const start = behindLine(text, 0, `-----BEGIN ${label}-----`);
  if (start === null) throw malformed("no armor at the start");
  const end = findLine(text, start, `-----END ${label}-----`);
  if (end === null) throw malformed("armor without end");
  // The plain search spares nearly every signature the expression.
  if (text.includes("-----BEGIN ", start) && ANOTHER_SIGNATURE.test(text.slice(start)))
    throw new SignatureRefusal("multiple-signatures");
  if (!headers) return { body: decodeLines(text.slice(start, end)), checksum: null };
  return readChecked(text.slice(behindHeaders(text, start, end), end));
}

/** Where the line behind the one at `at` starts, if that one is `wanted`, followed by nothing but blanks. */
function behindLine(text: string, at: number, wanted: string): number | null {
  if (!text.startsWith(wanted, at)) return null;
  let end = at + wanted.length;
  while (end < text.length && BLANKS.includes(text.charAt(end))) end += 1;
  if (end === text.length) return end;
  return text.charAt(end) === "\n" ? end + 1 : null;
}

/** Where the first line starts that is `wanted`, from the one at `from` on. */
function findLine(text: string, from: number, wanted: string): number | null {
  const atLineStart = `\n${wanted}`;
  let before = text.indexOf(atLineStart, from - 1);
  while (before !== -1 && behindLine(text, before + 1, wanted) === null)
    before = text.indexOf(atLineStart, before + 1);
  return before === -1 ? null : before + 1;
}

/** Where the lines behind the armor headers and their empty line start. */
function behindHeaders(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const lineEnd = text.indexOf("\n", at);
    const line = text.slice(at, lineEnd);
    at = lineEnd + 1;
    if (line.trim() === "") return at;
    if (!/^[\w-]+: /.test(`${line} `)) throw malformed("armor header");
  }
  throw malformed("armor without an empty line after its headers");
}

/** OpenPGP's lines of base64, with or without a checksum as the last one. */
function readChecked(lines: string): Armor {
  const end = endWithout(lines, `\n${BLANKS}`);
  const start = lines.lastIndexOf("\n", end - 1) + 1;
  const last = lines.slice(start, end);
  if (!/^=[A-Za-z0-9+/]{4}$/.test(last)) return { body: decodeLines(lines), checksum: null };
  return { body: decodeLines(lines.slice(0, start)), checksum: last.slice(1) };
}

/** Lines of base64, each perhaps with blanks at its end. */
function decodeLines(lines: string): Buffer {
  const blanks = lines.includes(" ") || lines.includes("\t");
  return decodeBase64((blanks ? withoutBlanksAtEnds(lines) : lines).split("\n").join(""));
}

/** Backwards and byte by byte: an expression would try every blank of a long run in turn. */
function withoutBlanksAtEnds(lines: string): string {
  const bytes = Buffer.from(lines, "latin1");
  let atEnd = true;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    const byte = bytes[at];
    atEnd = byte === LF || (atEnd && (byte === SPACE || byte === TAB));
    if (atEnd) bytes[at] = LF;
  }
  return bytes.toString("latin1");
}

/** Strict base64: Node's decoder skips what it does not know, so that many texts would stand for one signature. */
export function decodeBase64(text: string): Buffer {
  const body = Buffer.from(text, "base64");
  if (body.length === 0 || body.toString("base64") !== text) throw malformed("base64");
  return body;
}

/**
 * Where `text` ends without the `characters` at its end. Not a regular expression: those take quadratic time on long
 * runs that stand elsewhere, and strangers write these texts.
 */
export function endWithout(text: string, characters: string): number {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
  return end;
}

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

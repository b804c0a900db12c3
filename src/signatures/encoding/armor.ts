import { SignatureRefusal } from "../reasons.js";

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

/**
 * Reads the one armored block that `text` must begin with (RFC 9580, section 6.2; PROTOCOL.sshsig). Text after it
 * is ignored, as git and gpg do, unless it starts another signature; text before it is refused.
 */
export function readArmor(signature: Uint8Array, rules: ArmorRules): Armor {
  const text = Buffer.from(signature).toString("latin1");
  const lines = (rules.headers ? text.replaceAll("\r\n", "\n") : text).split("\n");
  if (trimBlanks(lines[0] ?? "") !== `-----BEGIN ${rules.label}-----`)
    throw malformed("no armor at the start");
  const end = lines.findIndex((line) => trimBlanks(line) === `-----END ${rules.label}-----`);
  if (end === -1) throw malformed("armor without end");
  if (ANOTHER_SIGNATURE.test(lines.slice(1).join("\n"))) throw new SignatureRefusal("multiple-signatures");
  return readBody(lines.slice(1, end), rules);
}

function readBody(lines: readonly string[], rules: ArmorRules): Armor {
  const blank = rules.headers ? lines.findIndex((line) => line.trim() === "") : -1;
  if (rules.headers && blank === -1) throw malformed("armor without an empty line after its headers");
  if (!lines.slice(0, Math.max(blank, 0)).every((line) => /^[\w-]+: /.test(`${line} `)))
    throw malformed("armor header");
  const body = lines
    .slice(blank + 1)
    .map(trimBlanks)
    .filter((line) => line !== "");
  const checksum =
    rules.headers && /^=[A-Za-z0-9+/]{4}$/.test(body.at(-1) ?? "") ? body.pop()?.slice(1) : undefined;
  return { body: decodeBase64(body.join("")), checksum: checksum ?? null };
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

const trimBlanks = (line: string): string => line.slice(0, endWithout(line, " \t"));

const malformed = (detail: string): SignatureRefusal => new SignatureRefusal("signature-malformed", detail);

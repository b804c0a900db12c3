import { typeOf } from "./wire.js";

export interface PublicKeyLine {
  readonly type: string;
  /** Wire format. */
  readonly blob: Buffer;
}

/**
 * Reads `type base64 [comment]`, the form of `id_*.pub` files and of GitHub's API. `null` where the base64 is not
 * canonical or the key inside names another type than the line does.
 */
export function readPublicKeyLine(text: string): PublicKeyLine | null {
  const [type, rest] = takeWord(text.trim());
  const [base64] = takeWord(rest);
  const blob = Buffer.from(base64, "base64");
  const canonical = base64 !== "" && blob.toString("base64") === base64;
  return canonical && typeOf(blob) === type ? { type, blob } : null;
}

/** The text up to the first blank, and what follows the blanks. */
export function takeWord(text: string): [string, string] {
  const end = text.search(/[ \t]/);
  return end === -1 ? [text, ""] : [text.slice(0, end), skipBlanks(text.slice(end))];
}

/** Not `trimStart`: OpenSSH knows no other blanks. */
export function skipBlanks(text: string): string {
  const start = text.search(/[^ \t]/);
  return start === -1 ? "" : text.slice(start);
}

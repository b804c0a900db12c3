import { matchesPatternList } from "./patterns.js";
import { readPublicKeyLine, skipBlanks } from "./public-key-line.js";
import { endOfOptions, readSignerOptions, type SignerOptions } from "./signer-options.js";

/** One line of an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner extends SignerOptions {
  readonly line: number;
  /** Pattern list as it stands in the file: wildcards, commas, `!` for negation. */
  readonly principals: string;
  /** Public key in wire format. */
  readonly publicKey: Buffer;
}

export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

export interface AllowedSigners {
  readonly entries: readonly AllowedSigner[];
  readonly problems: readonly LineProblem[];
}

/** Reads an allowed signers file. A line that cannot be understood in full is left out and named. */
export function readAllowedSigners(text: string): AllowedSigners {
  const entries: AllowedSigner[] = [];
  const problems: LineProblem[] = [];
  for (const [index, raw] of text.split("\n").entries()) {
    const content = raw.replace(/^[ \t\r]+/, "").replace(/\r$/, "");
    if (content === "" || content.startsWith("#")) continue;
    const entry = readLine(content, index + 1);
    if (typeof entry === "string") problems.push({ line: index + 1, message: entry });
    else entries.push(entry);
  }
  return { entries, problems };
}

/** The entry, or one sentence on what is wrong with it. */
function readLine(content: string, line: number): AllowedSigner | string {
  // Editors put the mark before the first line, where ssh-keygen takes it for a part of the principals.
  if (content.startsWith("\ufeff")) return "The file begins with a byte order mark.";
  if (content.includes("\0")) return "The line holds a NUL character.";
  const [principals, rest] = takePrincipals(content) ?? ["", ""];
  if (principals === "") return "The line does not begin with principals.";
  // Options are optional, so what follows the principals is a key or else options and a key.
  const plain = readPublicKeyLine(rest);
  const end = plain === null ? endOfOptions(rest) : 0;
  if (end === null) return "A quote is not closed.";
  const key = plain ?? readPublicKeyLine(skipBlanks(rest.slice(end)));
  if (key === null) return "The line holds no OpenSSH public key.";
  const options = readSignerOptions(rest.slice(0, end));
  return typeof options === "string" ? options : { line, principals, publicKey: key.blob, ...options };
}

/**
 * The first word and the rest. A quote may stand anywhere in the word, and what it closes ends the word (misc.c,
 * `strdelimw`). `null`: there is no rest, or the quote is left open.
 */
function takePrincipals(text: string): [string, string] | null {
  const start = text.search(/[ \t\r"]/);
  if (start === -1) return null;
  const before = text.slice(0, start);
  if (text[start] !== '"') return [before, text.slice(start).replace(/^[ \t\r]+/, "")];
  const end = text.indexOf('"', start + 1);
  if (end === -1) return null;
  return [before + text.slice(start + 1, end), text.slice(end + 1).replace(/^[ \t\r]+/, "")];
}

/** Whether the entry lets its key sign in Git's namespace. */
export function allowsGit(entry: AllowedSigner): boolean {
  return entry.namespaces === null || matchesPatternList(entry.namespaces, "git");
}

import { matchesPatternList } from "./patterns.js";
import { readPublicKeyLine } from "./public-key-line.js";

/** One line of an allowed signers file (ssh-keygen(1), ALLOWED SIGNERS). */
export interface AllowedSigner {
  readonly line: number;
  /** Pattern list as it stands in the file: wildcards, commas, `!` for negation. */
  readonly principals: string;
  /** Public key in wire format. */
  readonly publicKey: Buffer;
  readonly certificateAuthority: boolean;
  /** Pattern list; `null`: any namespace. */
  readonly namespaces: string | null;
  /** Seconds since 1970; `null`: no bound. */
  readonly validAfter: number | null;
  readonly validBefore: number | null;
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
    const content = raw.replace(/\r$/, "").trim();
    if (content === "" || content.startsWith("#")) continue;
    const entry = readLine(content, index + 1);
    if (typeof entry === "string") problems.push({ line: index + 1, message: entry });
    else entries.push(entry);
  }
  return { entries, problems };
}

/** The entry, or one sentence on what is wrong with it. */
function readLine(content: string, line: number): AllowedSigner | string {
  const [first, rest] = takeField(content);
  const principals = unquote(first);
  if (principals === null || principals === "") return "The line does not begin with principals.";
  // Options are optional, so what follows the principals is a key or else options and a key.
  const plain = readPublicKeyLine(rest);
  const [optionText, afterOptions] = plain === null ? takeField(rest) : ["", ""];
  const key = plain ?? readPublicKeyLine(afterOptions);
  if (key === null) return "The line holds no OpenSSH public key.";
  const options = readOptions(optionText);
  return typeof options === "string" ? options : { line, principals, publicKey: key.blob, ...options };
}

/** The first field and the rest; quotes may hold blanks and commas. Both empty where there is no rest. */
function takeField(text: string): [string, string] {
  const [, field = "", rest = ""] = /^((?:"[^"]*"|[^\s"])+)[ \t]+(.*)$/.exec(text) ?? [];
  return [field, rest];
}

type Options = Pick<AllowedSigner, "certificateAuthority" | "namespaces" | "validAfter" | "validBefore">;

function readOptions(text: string): Options | string {
  const options = { certificateAuthority: false, namespaces: null, validAfter: null, validBefore: null };
  let read: Options = options;
  const seen = new Set<string>();
  for (const option of text === "" ? [] : (text.match(/(?:"[^"]*"|[^,"])+/g) ?? [])) {
    const [name, value] = split(option);
    if (seen.has(name)) return `The option ${name} is given twice.`;
    seen.add(name);
    const next = readOption(read, name, value);
    if (typeof next === "string") return next;
    read = next;
  }
  const { validAfter, validBefore } = read;
  const empty = validAfter !== null && validBefore !== null && validAfter >= validBefore;
  return empty ? "valid-after is not before valid-before." : read;
}

function readOption(options: Options, name: string, value: string | null): Options | string {
  switch (name) {
    case "cert-authority":
      return value === null ? { ...options, certificateAuthority: true } : "cert-authority takes no value.";
    case "namespaces":
      return value === null || value === "" ? "namespaces needs a value." : { ...options, namespaces: value };
    case "valid-after":
    case "valid-before": {
      const time = readTime(value ?? "");
      if (time === null) return `${name} needs a time: YYYYMMDD[HHMM[SS]][Z].`;
      return name === "valid-after" ? { ...options, validAfter: time } : { ...options, validBefore: time };
    }
    default:
      return `The option ${JSON.stringify(name)} is unknown.`;
  }
}

/** Name in lower case (ssh-keygen ignores its case) and value without quotes. */
function split(option: string): [string, string | null] {
  const equals = option.indexOf("=");
  if (equals === -1) return [option.toLowerCase(), null];
  return [option.slice(0, equals).toLowerCase(), unquote(option.slice(equals + 1))];
}

/** Quotes stand around a whole value or not at all; `null` for anything in between. */
function unquote(value: string): string | null {
  if (!value.includes('"')) return value;
  return /^"([^"]*)"$/.exec(value)?.[1] ?? null;
}

/**
 * `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, all in UTC. ssh-keygen reads a time without `Z` in the local zone of
 * whoever runs it; a verdict must not depend on where it is made, so here both mean UTC.
 */
function readTime(text: string): number | null {
  const digits = /^(\d{8}(?:\d{4}(?:\d{2})?)?)Z?$/.exec(text)?.[1]?.padEnd(14, "0");
  const iso = digits?.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6.000Z") ?? "";
  const time = new Date(iso);
  // A day that the month lacks would roll over into the next one.
  const real = !Number.isNaN(time.getTime()) && time.toISOString() === iso;
  return real ? time.getTime() / 1000 : null;
}

/** Whether the entry lets its key sign in Git's namespace. */
export function allowsGit(entry: AllowedSigner): boolean {
  return entry.namespaces === null || matchesPatternList(entry.namespaces, "git");
}

/** What stands between principals and key in a line of allowed_signers (ssh-keygen(1), ALLOWED SIGNERS). */
export interface SignerOptions {
  readonly certificateAuthority: boolean;
  /** Pattern list; `null`: any namespace. */
  readonly namespaces: string | null;
  /** Seconds since 1970; `null`: no bound. */
  readonly validAfter: number | null;
  readonly validBefore: number | null;
}

const NONE: SignerOptions = {
  certificateAuthority: false,
  namespaces: null,
  validAfter: null,
  validBefore: null,
};

const FLAG = "cert-authority";
const VALUED = ["namespaces", "valid-after", "valid-before"] as const;
type Valued = (typeof VALUED)[number];

/** Where the options end: at the first blank outside of quotes. `null`: a quote is left open. */
export function endOfOptions(text: string): number | null {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\" && text[at + 1] === '"') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === " " || character === "\t")) return at;
  }
  return quoted ? null : text.length;
}

/**
 * Reads options from front to back as OpenSSH does (sshsig.c, `sshsigopt_parse`): names in any case, values in double
 * quotes, in which `\"` stands for a quote. Gives one sentence on what is wrong where anything is.
 */
export function readSignerOptions(text: string): SignerOptions | string {
  let read = NONE;
  let at = 0;
  while (at < text.length) {
    const option = readOption(text, at);
    if (typeof option === "string") return option;
    const next = option.name === null ? read : withOption(read, option.name, option.value);
    if (typeof next === "string") return next;
    [read, at] = [next, option.end];
    if (at === text.length) break;
    if (text[at] !== ",") return `The option at ${JSON.stringify(text.slice(at, at + 40))} is unknown.`;
    at += 1;
    if (at === text.length) return "A comma is followed by no option.";
  }
  const { validAfter, validBefore } = read;
  const empty = validAfter !== null && validBefore !== null && validAfter >= validBefore;
  return empty ? "valid-after is not before valid-before." : read;
}

interface ReadOption {
  /** `null`: there is none, as between two commas, which OpenSSH passes over. */
  readonly name: Valued | typeof FLAG | null;
  readonly value: string;
  readonly end: number;
}

function readOption(text: string, at: number): ReadOption | string {
  const starts = (prefix: string): boolean => text.slice(at, at + prefix.length).toLowerCase() === prefix;
  if (starts(FLAG)) return { name: FLAG, value: "", end: at + FLAG.length };
  const name = VALUED.find((candidate) => starts(`${candidate}=`));
  if (name === undefined) return { name: null, value: "", end: at };
  const quoted = readQuoted(text, at + name.length + 1);
  return quoted === null ? `${name} needs a value in double quotes.` : { name, ...quoted };
}

function readQuoted(text: string, at: number): Pick<ReadOption, "value" | "end"> | null {
  if (text[at] !== '"') return null;
  let value = "";
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '"') return { value, end: end + 1 };
    if (text[end] === "\\" && text[end + 1] === '"') end += 1;
    value += text.charAt(end);
  }
  return null;
}

function withOption(read: SignerOptions, name: Valued | typeof FLAG, value: string): SignerOptions | string {
  switch (name) {
    case "cert-authority":
      return { ...read, certificateAuthority: true };
    case "namespaces":
      if (read.namespaces !== null) return "The option namespaces is given twice.";
      return value === "" ? "namespaces needs a value." : { ...read, namespaces: value };
    case "valid-after":
      return withTime(read.validAfter, name, value, (validAfter) => ({ ...read, validAfter }));
    case "valid-before":
      return withTime(read.validBefore, name, value, (validBefore) => ({ ...read, validBefore }));
  }
}

function withTime(
  known: number | null,
  name: Valued,
  value: string,
  give: (time: number) => SignerOptions,
): SignerOptions | string {
  if (known !== null) return `The option ${name} is given twice.`;
  const time = readTime(value);
  return time === null ? `${name} needs a time after 1970: YYYYMMDD[HHMM[SS]][Z].` : give(time);
}

/**
 * `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with `Z` or `UTC` behind it or not, all in UTC. ssh-keygen reads a time
 * without either in the local zone of whoever runs it; a verdict must not depend on where it is made. Times up to 1970
 * are refused, as by ssh-keygen, which has no other sign for "no bound".
 */
function readTime(text: string): number | null {
  const digits = /^(\d{8}(?:\d{4}(?:\d{2})?)?)(?:Z|UTC)?$/i.exec(text)?.[1]?.padEnd(14, "0");
  const iso = digits?.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6.000Z") ?? "";
  const time = new Date(iso);
  // A day that the month lacks would roll over into the next one.
  const real = !Number.isNaN(time.getTime()) && time.toISOString() === iso;
  return real && time.getTime() > 0 ? time.getTime() / 1000 : null;
}

import { type Refusal, refuse } from "./rules.js";
import { type Duration, parseDuration } from "./time/duration.js";

export type Command =
  | { readonly kind: "declare"; readonly reason: string }
  | { readonly kind: "ack"; readonly note: string }
  | { readonly kind: "retro"; readonly pullRequest: number }
  | { readonly kind: "extend"; readonly duration: Duration; readonly reason: string }
  | { readonly kind: "close" }
  | { readonly kind: "reject"; readonly reason: string }
  | { readonly kind: "recheck" }
  | { readonly kind: "help" };

/** `ok: false`: it was meant as a command, and is to be answered with the refusal. */
export type Parsed =
  { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly refusal: Refusal };

const LONGEST_LINE = 1000;

/** What a browser shows as nothing, or lets change what is shown around it: controls, formats, fillers, selectors. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Joiners and selectors inside of emoji, which everybody sees the effect of. */
const EMOJI_GLUE =
  /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F)\u200D(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic}|[0-9](?=.\u20E3))\uFE0F/gu;

/** Scripts in which words are not set apart by spaces. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]{4}/u;

/** Ours, or so near to it that silence would leave an emergency waiting. */
const OURS = /^ {0,3}\/(?:break[-_ ]?glass|countersign)(?![A-Za-z0-9])/i;
const NEARLY_OURS = /^ {0,3}\/(?:break[-_ ]?glass|countersign)/i;

/** The words with which `/break-glass` means something else than a reason, and how each reads what follows. */
const KEYWORDS = {
  ack: (rest: string): Parsed => accept({ kind: "ack", note: rest }),
  retro: parseRetro,
  extend: parseExtend,
  close: (rest: string): Parsed => alone(rest, { kind: "close" }),
  reject: (rest: string): Parsed => withReason(rest, (reason) => ({ kind: "reject", reason })),
  help: (rest: string): Parsed => alone(rest, { kind: "help" }),
} as const;

const COUNTERSIGN_WORDS = {
  recheck: (rest: string): Parsed => alone(rest, { kind: "recheck" }),
  help: (rest: string): Parsed => alone(rest, { kind: "help" }),
} as const;

/**
 * Reads the command in a comment's first line; the grammar is in `docs/break-glass.md`. `null`: there is none, and
 * nothing is to be answered. Takes the comment as it was written at the time, in Markdown. The result says nothing of
 * who may do it.
 */
export function parseCommand(comment: string): Parsed | null {
  const line = /^[^\r\n]*/.exec(comment)?.[0] ?? "";
  const visible = line.replace(/\t/g, " ").replace(EMOJI_GLUE, "");
  // Whoever reads the line must see the command that we see: no more and no less.
  const shown = visible.replace(INVISIBLE, "");
  if (!NEARLY_OURS.test(shown) || /^ {0,3}\t/.test(line)) return null;
  if (shown !== visible || line.includes("<!--")) return reject("hidden-text");
  if (line.length > LONGEST_LINE) return reject("text-too-long");
  return OURS.test(line)
    ? parseWords(line.replace(/[\s\p{Zs}]+/gu, " ").replace(/^ | $/g, ""))
    : reject("unknown-command");
}

function parseWords(line: string): Parsed {
  const [name, rest] = firstWord(line);
  switch (lower(name)) {
    case "/break-glass":
      return parseBreakGlass(rest);
    case "/countersign":
      return parseCountersign(rest);
    default:
      return reject("unknown-command", "It is spelt /break-glass.");
  }
}

function parseBreakGlass(text: string): Parsed {
  const [word, rest] = firstWord(text);
  const keyword = lower(word);
  if (isKey(KEYWORDS, keyword)) return KEYWORDS[keyword](rest);
  const meant = Object.keys(KEYWORDS).find((key) => lettersOf(key) === lettersOf(keyword));
  if (meant !== undefined) return reject("keyword-misspelt", `Was ${meant} meant?`);
  return withReason(text, (reason) => ({ kind: "declare", reason }));
}

function parseCountersign(text: string): Parsed {
  const [word, rest] = firstWord(text);
  const keyword = lower(word);
  return isKey(COUNTERSIGN_WORDS, keyword) ? COUNTERSIGN_WORDS[keyword](rest) : reject("unknown-command");
}

function parseRetro(rest: string): Parsed {
  const number = /^#([1-9][0-9]{0,8})$/.exec(rest)?.[1];
  return number === undefined
    ? reject("pull-request-malformed")
    : accept({ kind: "retro", pullRequest: Number(number) });
}

function parseExtend(text: string): Parsed {
  const [word, rest] = firstWord(text);
  const duration = parseDuration(lower(word));
  if (duration === null) return reject("duration-malformed");
  return withReason(rest, (reason) => ({ kind: "extend", duration, reason }));
}

/**
 * A reason has two words, or four characters of a script that sets none apart: so a mistyped keyword alone never
 * declares an emergency.
 */
function withReason(text: string, command: (reason: string) => Command): Parsed {
  const says = /[\p{L}\p{N}].* .*[\p{L}\p{N}]/u.test(text) || UNSPACED.test(text);
  return says ? accept(command(text)) : reject("reason-missing");
}

const alone = (rest: string, command: Command): Parsed =>
  rest === "" ? accept(command) : reject("too-many-words");

function firstWord(text: string): [word: string, rest: string] {
  const end = text.indexOf(" ");
  return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
}

/** Lower case of the letters A to Z only: Unicode's would make a keyword of what only looks like one. */
const lower = (word: string): string => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const lettersOf = (word: string): string => Array.from(word).sort().join("");

const isKey = <T extends object>(words: T, word: string): word is Extract<keyof T, string> =>
  Object.hasOwn(words, word);

const accept = (command: Command): Parsed => ({ ok: true, command });
const reject = (...why: Parameters<typeof refuse>): Parsed => ({ ok: false, refusal: refuse(...why) });

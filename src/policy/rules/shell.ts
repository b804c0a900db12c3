/** What no shell gives a meaning to. A leading dash would be read as an option, a leading tilde as a folder. */
const PLAIN_WORD = /^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/;

/**
 * `value` as one word of a POSIX shell command. Values come from strangers (e-mails, names): inside single quotes
 * nothing is expanded, and characters that a terminal acts on are dropped.
 */
export function shellWord(value: string): string {
  const visible = value.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "");
  return PLAIN_WORD.test(visible) ? visible : `'${visible.replaceAll("'", `'\\''`)}'`;
}

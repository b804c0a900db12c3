/**
 * Text that strangers wrote (titles, branch names, commit messages, logins, key comments) shown as plain text.
 *
 * GitHub renders check runs as its Markdown with HTML, and afterwards turns `@name`, `#1`, `:smile:` and addresses in
 * the finished page into mentions, links and pictures. Entities stop the first; only a character in between, here a
 * zero-width space, stops the second.
 */

const ZERO_WIDTH_SPACE = "&#8203;";

/** Control, format (bidirectional and zero-width among them), unpaired and separator characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** White space becomes one space, and what cannot be seen is written out, so that nobody reads what is not there. */
export function visible(text: string): string {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029 ]+/g, " ")
    .replace(INVISIBLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Everything that Markdown, HTML or GitHub's own extensions give a meaning anywhere in a line. */
const SPECIAL = /[&<>"'`*_{}[\]()#+!|~\\$=^@]/g;

/** Stands where a text is empty, so that nobody looks for what is missing. */
const NOTHING = "–";

/** `text` for the inside of a Markdown line, a table cell or an HTML element. Never empty, never a line break. */
export function plain(text: string): string {
  const shown = visible(text).trim();
  if (shown === "") return NOTHING;
  return shown
    .replace(/:(?=\S)/g, ":\u0000")
    .replace(/www\./gi, (match) => `${match.slice(0, -1)}\u0000.`)
    .replace(/\b(GH)-(?=\d)/gi, "$1-\u0000")
    .replace(/[@#]/g, (char) => `${char}\u0000`)
    .replace(SPECIAL, entity)
    .replace(/^-/, entity)
    .replace(/^(\d+)\./, "$1&#46;")
    .replaceAll("\u0000", ZERO_WIDTH_SPACE);
}

const entity = (char: string): string => `&#${char.codePointAt(0) ?? 0};`;

/** `text` as inline code, whose inside GitHub neither renders nor links. Also right in a table cell. */
export function code(text: string): string {
  const shown = visible(text).trim();
  if (shown === "") return NOTHING;
  const ticks = fenceFor(shown, 1);
  const padded = shown.startsWith("`") || shown.endsWith("`") ? ` ${shown} ` : shown;
  // Within a table a bar ends the cell even inside code, unless escaped; a backslash before it would undo that.
  return shown.includes("|") || shown.includes("\\") ? plain(text) : `${ticks}${padded}${ticks}`;
}

/** Commands as a fenced block, one a line. What a terminal would act on unseen is written out. */
export function commandBlock(commands: readonly string[]): string {
  const lines = commands.map(visible);
  const fence = fenceFor(lines.join("\n"), 3);
  return `${fence}sh\n${lines.join("\n")}\n${fence}`;
}

/** A row of backticks longer than any inside, so that nothing inside can end the code. */
function fenceFor(text: string, least: number): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  return "`".repeat(Math.max(least, longest + 1));
}

/** An address for a Markdown link, or `null` unless it is a plain http(s) one. */
export function linkTarget(url: string | null): string | null {
  return url !== null && /^https?:\/\/[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+$/.test(url) ? url : null;
}

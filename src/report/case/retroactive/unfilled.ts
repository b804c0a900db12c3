import { SECTIONS } from "./template.js";

/** One line of a Markdown text, without its HTML comments. */
interface Line {
  readonly text: string;
  /** Whether it could be a heading: nothing is one in fenced code, or behind a comment that began before. */
  readonly plain: boolean;
}

/**
 * The names of the template's sections that say nothing in a pull request's description: missing, empty, or only with a
 * comment, a bare `n/a`, `tbd` or `todo`, punctuation, or what the page does not show. Headings count as GitHub shows
 * them, whatever their level; text in a comment that never ends counts as nothing.
 */
export function unfilledSections(body: string): string[] {
  const said = new Map<string, string[]>();
  let current: { readonly key: string; readonly level: number } | null = null;
  for (const line of linesOf(body)) {
    const heading = headingOf(line);
    if (heading === null) {
      if (current !== null) said.get(current.key)?.push(line.text);
    } else if (KEYS.has(heading.key)) {
      current = heading;
      if (!said.has(heading.key)) said.set(heading.key, []);
    } else if (current !== null && heading.level <= current.level) current = null;
  }
  return SECTIONS.filter((section) => !saysSomething(said.get(keyOf(section.name)) ?? [], section.hint)).map(
    ({ name }) => name,
  );
}

/** `Follow-up`, `follow up:` and `**Followup**` are one heading. */
const keyOf = (heading: string): string => heading.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

const KEYS: ReadonlySet<string> = new Set(SECTIONS.map(({ name }) => keyOf(name)));

function headingOf({ text, plain }: Line): { key: string; level: number } | null {
  const match = !plain ? null : /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(text);
  return match === null ? null : { key: keyOf(match[2] ?? ""), level: (match[1] ?? "").length };
}

/** A line that opens fenced code, and the row of characters that closes it. */
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;

function linesOf(body: string): Line[] {
  const lines: Line[] = [];
  let fence: string | null = null;
  let commented = false;
  for (const raw of body.split(/\r\n|\r|\n/)) {
    if (fence !== null) {
      if (closes(raw, fence)) fence = null;
      else lines.push({ text: raw, plain: false });
      continue;
    }
    const plain = !commented && !/^ {0,3}<!--/.test(raw);
    fence = plain ? (FENCE.exec(raw)?.[1] ?? null) : null;
    if (fence !== null) continue;
    const shown = withoutComments(raw, commented);
    commented = shown.commented;
    lines.push({ text: shown.text, plain });
  }
  return lines;
}

function closes(line: string, fence: string): boolean {
  const row = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1] ?? "";
  return row.startsWith(fence);
}

/** The line without what is inside of comments; `commented`: one is open at its beginning, or at its end. */
function withoutComments(line: string, commented: boolean): { text: string; commented: boolean } {
  let text = "";
  let open = commented;
  let at = 0;
  for (;;) {
    const next = line.indexOf(open ? "-->" : "<!--", at);
    if (next < 0) return { text: open ? text : text + line.slice(at), commented: open };
    if (!open) text += `${line.slice(at, next)} `;
    // As HTML has it, `<!-->` and `<!--->` are whole comments: the dashes that open may close, too.
    at = open ? next + "-->".length : next + "<!".length;
    open = !open;
  }
}

/** What stands for nothing, when it stands alone. */
const NOTHING: ReadonlySet<string> = new Set(["", "na", "tbd", "tba", "tbc", "todo", "x"]);

/** What is in the text and not on the page: tags, entities, link definitions, characters without a shape. */
const UNSHOWN = /<[^<>]*>|&#?\w+;|^ {0,3}\[[^\]]*\]:.*$|\p{Default_Ignorable_Code_Point}/gmu;

function saysSomething(lines: readonly string[], hint: string): boolean {
  const said = keyOf(lines.join("\n").replace(UNSHOWN, ""));
  return !NOTHING.has(said) && said !== keyOf(hint);
}

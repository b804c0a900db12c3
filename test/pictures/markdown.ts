/**
 * The Markdown that `renderChecks` writes, as HTML, in the way GitHub shows it: headings, tables, lists, fences, folds and
 * what stands within a line. No more than that, so text of any other kind comes out as it is, and is seen.
 */
export function htmlOf(markdown: string): string {
  const out: string[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length;) {
    const block = BLOCKS.map((read) => read(lines, at)).find((found) => found !== null);
    if (!block) {
      at += 1;
      continue;
    }
    out.push(block.html);
    at = block.next;
  }
  return out.join("\n");
}

interface Piece {
  readonly html: string;
  readonly next: number;
}
type Reader = (lines: readonly string[], at: number) => Piece | null;

const fence: Reader = (lines, at) => {
  const ticks = /^(`{3,})sh$/.exec(lines[at] ?? "")?.[1];
  if (ticks === undefined) return null;
  const end = lines.indexOf(ticks, at + 1);
  return { html: `<pre><code>${escaped(lines.slice(at + 1, end).join("\n"))}</code></pre>`, next: end + 1 };
};

/** Markup of our own; what is between its lines is Markdown again. */
const markup: Reader = (lines, at) => {
  const line = lines[at] ?? "";
  return /^<\/?details/.test(line) ? { html: line, next: at + 1 } : null;
};

const heading: Reader = (lines, at) => {
  const [, marks, text] = /^(#{1,6}) (.*)$/.exec(lines[at] ?? "") ?? [];
  if (marks === undefined || text === undefined) return null;
  return { html: `<h${marks.length}>${inline(text)}</h${marks.length}>`, next: at + 1 };
};

const run = (lines: readonly string[], at: number, belongs: (line: string) => boolean): readonly string[] => {
  const length = lines.slice(at).findIndex((line) => !belongs(line));
  return lines.slice(at, length < 0 ? undefined : at + length);
};

const table: Reader = (lines, at) => {
  const rows = run(lines, at, (line) => line.startsWith("|"));
  if (rows.length < 2) return null;
  const [head = "", , ...body] = rows;
  const row = (text: string, tag: string): string =>
    `<tr>${cells(text)
      .map((cell) => `<${tag}>${inline(cell)}</${tag}>`)
      .join("")}</tr>`;
  const html = `<table><thead>${row(head, "th")}</thead><tbody>${body.map((one) => row(one, "td")).join("")}</tbody></table>`;
  return { html, next: at + rows.length };
};

const cells = (row: string): string[] =>
  row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());

const list: Reader = (lines, at) => {
  const items = run(lines, at, (line) => line.startsWith("- "));
  if (items.length === 0) return null;
  const html = `<ul>${items.map((item) => `<li>${inline(item.slice(2))}</li>`).join("")}</ul>`;
  return { html, next: at + items.length };
};

const paragraph: Reader = (lines, at) => {
  const text = run(lines, at, (line) => line !== "" && !/^(?:\||- |#{1,6} |<\/?details|`{3,})/.test(line));
  return text.length === 0 ? null : { html: `<p>${inline(text.join("<br>"))}</p>`, next: at + text.length };
};

const BLOCKS: readonly Reader[] = [fence, markup, heading, table, list, paragraph];

const INLINE = /(`+)(.*?[^`])\1(?!`)|\*\*(.*?)\*\*|^_(.*)_$|\[((?:`[^`]*`|[^[\]])*)\]\(([^)]*)\)/g;

/** Entities and `<sub>` are HTML already. */
function inline(text: string): string {
  return text.replace(INLINE, (...found: (string | undefined)[]) => {
    const [, , code, bold, italic, label, url] = found;
    if (code !== undefined) return `<code>${escaped(code.trim())}</code>`;
    if (bold !== undefined) return `<strong>${inline(bold)}</strong>`;
    if (italic !== undefined) return `<em>${inline(italic)}</em>`;
    return `<a href="${url ?? ""}">${inline(label ?? "")}</a>`;
  });
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

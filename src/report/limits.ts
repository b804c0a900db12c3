/** GitHub's limits on a check run's output. Counted here in UTF-8 bytes, which is never less than characters. */
export const TITLE_LIMIT = 255;
export const TEXT_LIMIT = 65_535;
export const ANNOTATION_TITLE_LIMIT = 255;
export const ANNOTATION_MESSAGE_LIMIT = 60_000;

/** The length of `text` in UTF-8. */
export const bytes = (text: string): number => Buffer.byteLength(text, "utf8");

/** A piece of Markdown that is shown whole or not at all, and how many findings it tells of. */
export interface Block {
  readonly markdown: string;
  readonly findings: number;
  /** Gets its room before all others, so that a flood of one thing does not wash another away. */
  readonly essential?: boolean;
}

export const block = (markdown: string, findings = 0): Block => ({ markdown, findings });

/**
 * Blocks joined by empty lines, in their order. Where not all fit: the essential ones, and of the others as many as there
 * is room for; a last line says how many findings were left out.
 */
export function fitBlocks(blocks: readonly Block[], limit: number = TEXT_LIMIT): string {
  const whole = blocks.map(({ markdown }) => markdown).join("\n\n");
  if (bytes(whole) <= limit) return whole;
  const kept = new Set<Block>();
  let left = blocks.reduce((sum, { findings }) => sum + findings, 0);
  let size = bytes(omitted(left));
  for (const one of [...blocks.filter(isEssential), ...blocks.filter((other) => !isEssential(other))]) {
    const own = bytes(one.markdown) + 2;
    if (size + own > limit) continue;
    size += own;
    left -= one.findings;
    kept.add(one);
  }
  const shown = blocks.filter((one) => kept.has(one)).map(({ markdown }) => markdown);
  return [...shown, omitted(left)].join("\n\n");
}

const isEssential = ({ essential }: Block): boolean => essential === true;

const omitted = (count: number): string =>
  `_${count} more finding${count === 1 ? "" : "s"} left out: GitHub shows no more than this._`;

/** The beginning of `text` that fits, with an ellipsis where something was cut off. */
export function fitText(text: string, limit: number): string {
  if (bytes(text) <= limit) return text;
  let size = bytes("…");
  let kept = "";
  for (const char of text) {
    size += bytes(char);
    if (size > limit) break;
    kept += char;
  }
  return `${kept}…`;
}

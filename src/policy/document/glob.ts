/**
 * A pattern of names that segments divide: `*` within a segment, `**` across segments, `?` one character but `/`.
 * Walks all positions the pattern may stand at together, so no pattern can make it slow.
 */
export class Glob {
  readonly #tokens: readonly string[];

  constructor(pattern: string) {
    this.#tokens = pattern.match(/\*\*|[\s\S]/gu) ?? [];
  }

  matches(text: string): boolean {
    return this.#after(text).has(this.#tokens.length);
  }

  /** Whether it matches anything in the folder `path`, at any depth. */
  reachesBelow(path: string): boolean {
    // Whatever is left of a pattern can be matched by something, and each token but a star takes a character.
    return [...this.#after(`${path}/`)].some((at) => at < this.#tokens.length);
  }

  /** Where it may stand after `text`. */
  #after(text: string): Set<number> {
    let positions = this.#closure(new Set([0]));
    for (const char of text) {
      if (positions.size === 0) break;
      const next = new Set<number>();
      for (const at of positions) {
        const token = this.#tokens[at];
        if (token === "**" || (token === "*" && char !== "/")) next.add(at);
        else if (token === char || (token === "?" && char !== "/")) next.add(at + 1);
      }
      positions = this.#closure(next);
    }
    return positions;
  }

  /** Stars may stand for nothing: whoever stands before one also stands behind it. */
  #closure(positions: Set<number>): Set<number> {
    for (const at of positions) {
      if (this.#tokens[at] === "*" || this.#tokens[at] === "**") positions.add(at + 1);
    }
    return positions;
  }
}

/** Whether `text` matches the glob `pattern`. */
export const globMatches = (pattern: string, text: string): boolean => new Glob(pattern).matches(text);

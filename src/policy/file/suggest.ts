import { policyJsonSchema } from "../document.js";
import type { KeyPath } from "./yaml.js";

const SCHEMA = policyJsonSchema();

/** The keys that a document, by its JSON Schema the policy's, knows at `path`, sorted. */
export function keysAt(path: KeyPath, ofDocument: Readonly<Record<string, unknown>> = SCHEMA): string[] {
  const schemas = path.reduce<unknown[]>(
    (found, part) => found.flatMap((schema) => step(schema, part)),
    [ofDocument],
  );
  return [
    ...new Set(
      schemas.flatMap(alternatives).flatMap((schema) => Object.keys(member(schema, "properties") ?? {})),
    ),
  ].sort();
}

function step(schema: unknown, part: string | number): unknown[] {
  return alternatives(schema).flatMap((one) => {
    const below = typeof part === "number" ? member(one, "items") : member(member(one, "properties"), part);
    return below === undefined ? [] : [below];
  });
}

function alternatives(schema: unknown): unknown[] {
  const anyOf = member(schema, "anyOf");
  return Array.isArray(anyOf) ? anyOf.flatMap(alternatives) : [schema];
}

function member(value: unknown, key: string): object | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof found === "object" && found !== null ? found : undefined;
}

/** The candidate that `word` is most likely a misspelling of, or `null`. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(Math.min(word.length, 40) / 3));
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(plainWord(word), plainWord(candidate)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return best?.candidate ?? null;
}

/** `dismiss_stale`, `dismiss-stale` and `DismissStale` all mean `dismissStale`. */
const plainWord = (word: string): string => word.slice(0, 80).toLowerCase().replace(/[-_ ]/g, "");

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: Array.from(b).length + 1 }, (_, index) => index);
  for (const [i, charA] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, charB] of Array.from(b).entries()) {
      const substituted = (row[j] ?? 0) + (charA === charB ? 0 : 1);
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

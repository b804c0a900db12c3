import type { z } from "zod";
import { nearest } from "./suggest.js";
import { type FileKind, type KeyPath, type PolicyProblem, readYaml, type YamlSource } from "./yaml.js";

/** A kind of file with the schema of what may be written in it. */
export interface DocumentKind<T> extends FileKind {
  readonly schema: z.ZodType<T>;
  /** The keys that it knows at a path, sorted. */
  readonly keysAt: (path: KeyPath) => string[];
}

export type ReadDocument<T> =
  | { readonly ok: true; readonly value: T; readonly source: YamlSource }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/**
 * Reads a file by its schema. Gives what it says with every default filled in and where each key stands, or every problem
 * with line and remedy. Never throws, and gives no value where there was any problem.
 */
export function readDocument<T>(text: string, kind: DocumentKind<T>): ReadDocument<T> {
  const yaml = readYaml(text, kind);
  if (!yaml.ok) return { ok: false, problems: yaml.problems.slice(0, PROBLEM_LIMIT) };
  const { source } = yaml;
  const parsed = kind.schema.safeParse(source.value);
  if (parsed.success) return { ok: true, value: parsed.data, source };
  const problems = parsed.error.issues
    .slice(0, PROBLEM_LIMIT)
    .flatMap((issue) => describe(issue, [], { ...kind, source }));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return { ok: false, problems: problems.slice(0, PROBLEM_LIMIT) };
}

/** More than anyone mends in one go; a hostile file could give thousands. */
const PROBLEM_LIMIT = 20;

/** The file that is complained of. */
interface Read extends FileKind {
  readonly keysAt: (path: KeyPath) => string[];
  readonly source: YamlSource;
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, prefix: KeyPath, read: Read): PolicyProblem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, PROBLEM_LIMIT).map((key) => unknownKey(key, path, read));
  if (issue.code === "invalid_union")
    return closestBranch(issue.errors).flatMap((inner) => describe(inner, path, read));
  return [{ ...read.source.locate(path), path: dotted(path), ...explain(issue, dotted(path), read) }];
}

/** Of the shapes an item may have, the one it misses by least is the one that was meant. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return [...branches].sort((a, b) => weight(a) - weight(b))[0] ?? [];
}

const weight = (issues: readonly Issue[]): number => issues.reduce((sum, issue) => sum + weightOf(issue), 0);

function weightOf(issue: Issue): number {
  if (issue.code === "unrecognized_keys") return issue.keys.length;
  // Another kind of value altogether is a shape that was not meant, whatever is wrong within the one that was.
  return issue.code === "invalid_type" && issue.path.length === 0 ? PROBLEM_LIMIT : 1;
}

function unknownKey(key: string, path: KeyPath, { keysAt, source }: Read): PolicyProblem {
  const allowed = keysAt(path);
  const meant = nearest(key, allowed);
  return {
    ...source.locate(path, key),
    path: dotted([...path, key]),
    message: `There is no key \`${key}\` here.`,
    remedy: meant === null ? `Known here: ${allowed.join(", ")}.` : `Did you mean \`${meant}\`?`,
  };
}

function explain(issue: Issue, path: string, { page }: FileKind): { message: string; remedy: string } {
  const subject = path === "" ? "The file" : `\`${path}\``;
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && issue.message.endsWith("received undefined")
        ? { message: `${subject} is missing.`, remedy: `Add it: it is ${noun(issue.expected)}.` }
        : { message: `${subject} has the wrong type.`, remedy: `It must be ${noun(issue.expected)}.` };
    case "invalid_value":
      return {
        message: `${subject} has a value it cannot have.`,
        remedy: `It can be ${issue.values.map(String).join(" or ")}.`,
      };
    case "too_small":
      return { message: `${subject} is too small or too short.`, remedy: `The least is ${issue.minimum}.` };
    case "too_big":
      return { message: `${subject} is too big or too long.`, remedy: `The most is ${issue.maximum}.` };
    case "custom":
      return { message: issue.message, remedy: remedyOf(issue.params) ?? `Write it as ${page} shows.` };
    default:
      return { message: `${subject} is not valid.`, remedy: `${issue.message}.` };
  }
}

/** A check of ours says what mends it (`complain`). */
function remedyOf(params: Readonly<Record<string, unknown>> = {}): string | null {
  const { remedy } = params;
  return typeof remedy === "string" ? remedy : null;
}

const NOUNS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a mapping of keys to values",
  string: "a text",
};

const noun = (type: string): string => NOUNS[type] ?? type;

/** A path as people write it: `results[0].app`. */
export const dotted = (path: KeyPath): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");

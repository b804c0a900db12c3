import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, visit } from "yaml";

/** Something wrong with the policy file, and where. Lines and columns count from 1. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  /** The key it is about, as `protection.approvals`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

export type KeyPath = readonly (string | number)[];

/** A YAML document without tricks: its plain value, and where each key stands. */
export interface YamlSource {
  readonly value: unknown;
  /** Where the value at `path` begins, or else the nearest thing around it; with `key` where that key in it stands. */
  locate(path: KeyPath, key?: string): Position;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A kind of file, for the words of its problems. */
export interface FileKind {
  /** The page that shows how it is written. */
  readonly page: string;
  /** What is to be done about an empty one. */
  readonly whenEmpty: string;
}

export type YamlResult =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

const SIZE_LIMIT = 64 * 1024;

/**
 * Reads one YAML 1.2 core document and refuses whatever could make two readers see two policies: a byte order
 * mark, bytes that are not UTF-8, tabs and other control or direction characters, directives, several documents, anchors, aliases, merge
 * keys, tags, keys that are not strings, repeated keys, more than 64 KiB. Never throws.
 */
export function readYaml(text: string, kind: FileKind): YamlResult {
  const refused = refusedText(text);
  if (refused.length > 0) return { ok: false, problems: refused };
  try {
    return readDocument(text, kind);
  } catch {
    // The library recurses; a file that is nested deep enough ends there.
    const message = "The file is nested too deeply to be read.";
    return {
      ok: false,
      problems: [{ ...START, path: "", message, remedy: shownBy(kind) }],
    };
  }
}

const START: Position = { line: 1, column: 1 };

function refusedText(text: string): PolicyProblem[] {
  if (new TextEncoder().encode(text).length > SIZE_LIMIT) {
    const message = `The file is larger than ${SIZE_LIMIT / 1024} KiB.`;
    return [{ ...START, path: "", message, remedy: "Shorten it." }];
  }
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => refusedLine(line, index + 1));
}

const TEXT_RULES: readonly { readonly pattern: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    pattern: /^\uFEFF/,
    what: "a byte order mark",
    remedy: "Save the file as UTF-8 without a byte order mark.",
  },
  {
    // What stands for bytes that were not UTF-8: the file does not say what we would read.
    pattern: /\uFFFD/,
    what: "bytes that are not UTF-8",
    remedy: "Save the file as UTF-8.",
  },
  { pattern: /\t/, what: "a tab", remedy: "Use spaces." },
  {
    pattern: /^%/,
    what: "a YAML directive",
    remedy: "Remove the line: the file is YAML 1.2 without directives.",
  },
  {
    // What an editor does not show can make a reviewer approve something other than what is read.
    pattern: /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
    what: "an invisible character",
    remedy: "Remove it.",
  },
];

function refusedLine(text: string, line: number): PolicyProblem[] {
  const found = TEXT_RULES.find(({ pattern }) => pattern.test(text));
  if (found === undefined) return [];
  const column = text.search(found.pattern) + 1;
  return [{ line, column, path: "", message: `The line holds ${found.what}.`, remedy: found.remedy }];
}

function readDocument(text: string, kind: FileKind): YamlResult {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const [document, second] = "empty" in documents ? [] : documents;
  if (document === undefined) return { ok: false, problems: [emptyFile(kind)] };
  const problems = [...syntaxProblems(document, lines, kind), ...trickProblems(document, lines)];
  if (second !== undefined) {
    const message = "The file holds more than one YAML document.";
    problems.push({
      ...at(lines, second.range[0]),
      path: "",
      message,
      remedy: "Keep one, without `---` between.",
    });
  }
  if (problems.length > 0) return { ok: false, problems };
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return value === null
    ? { ok: false, problems: [emptyFile(kind)] }
    : { ok: true, source: located(document, lines, value) };
}

const emptyFile = ({ whenEmpty: remedy }: FileKind): PolicyProblem => {
  return { ...START, path: "", message: "The file is empty.", remedy };
};

const shownBy = ({ page }: FileKind): string => `Write it as ${page} shows.`;

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? START : { line, column: col };
}

function syntaxProblems(document: Document.Parsed, lines: LineCounter, kind: FileKind): PolicyProblem[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    ...at(lines, error.pos[0]),
    path: "",
    message:
      error.code === "DUPLICATE_KEY" ? "The key is repeated." : `This is not valid YAML: ${error.message}.`,
    remedy: error.code === "DUPLICATE_KEY" ? "Keep one of them." : shownBy(kind),
  }));
}

function trickProblems(document: Document.Parsed, lines: LineCounter): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const refuse = (node: unknown, what: string, remedy: string): void => {
    problems.push({ ...at(lines, offsetOf(node) ?? 0), path: "", message: `The file uses ${what}.`, remedy });
  };
  visit(document, {
    Alias: (_key, node) => {
      refuse(node, "an alias", "Write the value out.");
    },
    Value: (_key, node) => {
      if (node.anchor !== undefined) refuse(node, "an anchor", "Write the value out where it is used.");
      // The library notes a tag on a node only where one was written.
      if (node.tag !== undefined) refuse(node, "a tag", "Remove the tag.");
    },
    Pair: (_key, { key }) => {
      if (!isScalar(key) || typeof key.value !== "string")
        refuse(key, "a key that is not a plain string", "Quote the key.");
      else if (key.value === "<<") refuse(key, "a merge key", "Write the keys out.");
    },
  });
  return problems;
}

function located(document: Document.Parsed, lines: LineCounter, value: unknown): YamlSource {
  const locate = (path: KeyPath, key?: string): Position => {
    const node: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
    const offset = (key === undefined ? undefined : keyOffset(node, key)) ?? offsetOf(node);
    if (offset !== undefined) return at(lines, offset);
    return path.length === 0 ? START : locate(path.slice(0, -1));
  };
  return { value, locate };
}

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function keyOffset(node: unknown, key: string): number | undefined {
  if (!isMap(node)) return undefined;
  return offsetOf(node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key);
}

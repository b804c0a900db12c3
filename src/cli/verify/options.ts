import { parseCommandLine, UsageError } from "../command.js";
import { usage } from "./usage.js";

/** What is verified. */
export type Selection =
  /** Each by itself. */
  | { readonly kind: "revisions"; readonly names: readonly string[] }
  /** The commits of a range, as git-rev-list(1) reads it. */
  | { readonly kind: "range"; readonly names: readonly string[] }
  | { readonly kind: "stdin" }
  | { readonly kind: "all" };

/** Files and folders of keys, as they were named. */
export interface KeyPaths {
  readonly keyring: readonly string[];
  readonly allowedSigners: string | null;
  readonly revokedKeys: string | null;
  readonly x509Roots: readonly string[];
  readonly timestampAuthorities: readonly string[];
  readonly transparencyLogs: readonly string[];
}

export interface VerifyOptions {
  readonly selection: Selection;
  /** The repository's folder; `null`: the working directory's. */
  readonly repository: string | null;
  /** Where keys are: in files, or in a commit of the repository. */
  readonly keys: { readonly paths: KeyPaths } | { readonly commit: string };
  readonly policy: string | null;
  /** `null`: now. */
  readonly at: Date | null;
  readonly requireIdentity: boolean;
  readonly json: boolean;
  /** `null`: as many as the machine has cores for. */
  readonly threads: number | null;
}

const one = { type: "string" } as const;
const many = { type: "string", multiple: true, default: [] as string[] } as const;
const flag = { type: "boolean", default: false } as const;

const OPTIONS = {
  repo: one,
  keyring: many,
  "allowed-signers": one,
  "revoked-keys": one,
  "x509-roots": many,
  "timestamp-authorities": many,
  "transparency-logs": many,
  trust: one,
  policy: one,
  at: one,
  "require-identity": flag,
  json: flag,
  threads: one,
  stdin: flag,
  all: flag,
} as const;

const wrong = (problem: string): UsageError => new UsageError(`${problem}\n\n${usage}`);

/** Reads the command line. @throws UsageError */
export function readOptions(args: readonly string[]): VerifyOptions {
  const { values, positionals } = parseCommandLine(args, OPTIONS, usage);
  const paths: KeyPaths = {
    keyring: values.keyring,
    allowedSigners: values["allowed-signers"] ?? null,
    revokedKeys: values["revoked-keys"] ?? null,
    x509Roots: values["x509-roots"],
    timestampAuthorities: values["timestamp-authorities"],
    transparencyLogs: values["transparency-logs"],
  };
  const single = [paths.allowedSigners, paths.revokedKeys].some((path) => path !== null);
  const repeated = [paths.keyring, paths.x509Roots, paths.timestampAuthorities, paths.transparencyLogs];
  const named = single || repeated.some(({ length }) => length > 0);
  if (named && values.trust !== undefined)
    throw wrong("--trust takes the keys from a commit, so it cannot be combined with files of keys.");
  return {
    selection: selectionOf(values, positionals),
    repository: values.repo ?? null,
    keys: named ? { paths } : { commit: values.trust ?? "HEAD" },
    policy: values.policy ?? null,
    at: values.at === undefined ? null : readTime(values.at),
    requireIdentity: values["require-identity"],
    json: values.json,
    threads: values.threads === undefined ? null : readThreads(values.threads),
  };
}

function selectionOf(
  { stdin, all }: { readonly stdin: boolean; readonly all: boolean },
  names: readonly string[],
): Selection {
  if ([stdin, all, names.length > 0].filter(Boolean).length !== 1)
    throw wrong("Say what is to be verified: revisions or a range, --stdin, or --all.");
  const option = names.find((name) => name.startsWith("-"));
  if (option !== undefined) throw wrong(`${option} is neither an option nor a revision.`);
  if (names.includes("")) throw wrong("An empty name is no revision.");
  if (stdin) return { kind: "stdin" };
  if (all) return { kind: "all" };
  return { kind: names.some(isRange) ? "range" : "revisions", names };
}

/**
 * Whether git reads `name` as a set of commits (gitrevisions(7), SPECIFYING RANGES). No ref holds `..`; what follows a
 * colon or a brace is a path, a message or a date, which may.
 */
function isRange(name: string): boolean {
  const [outside = ""] = name.split(/:|\{/, 1);
  return name.startsWith("^") || outside.includes("..") || /\^(?:[@!]|-[0-9]*)$/.test(name);
}

const DAY =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/;

/** A day, or ISO 8601 (UTC where it names no zone), or `@` and seconds since 1970. */
function readTime(text: string): Date {
  const seconds = /^@([0-9]{1,12})$/.exec(text)?.[1];
  if (seconds !== undefined) return new Date(Number(seconds) * 1000);
  const [, day, time = "00:00", zone = "Z"] = DAY.exec(text) ?? [];
  const midnight = new Date(`${day ?? ""}T00:00Z`);
  // 31 February is read as a day in March by some.
  const exists = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? "-");
  const at = new Date(`${day ?? ""}T${time}${zone.replace(/^([+-]..)(..)$/, "$1:$2")}`);
  if (!exists || Number.isNaN(at.getTime()))
    throw wrong(`--at takes a day (2024-12-31), a time (2024-12-31T12:00:00Z) or @SECONDS, not ${text}.`);
  return at;
}

const MOST_THREADS = 64;

function readThreads(text: string): number {
  const threads = /^[1-9][0-9]?$/.test(text) ? Number(text) : Infinity;
  if (threads > MOST_THREADS) throw wrong(`--threads takes a number from 1 to ${MOST_THREADS}, not ${text}.`);
  return threads;
}

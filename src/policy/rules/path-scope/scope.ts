import { diffOf, type Tree } from "../../../breakglass/diff.js";
import { Glob } from "../../document/glob.js";
import { ORGANIZATION_POLICY_PATH } from "../../paths.js";

/** What a change touches, seen from the policy's `paths`. */
export interface Scope {
  /**
   * `outside`: nothing that is gated. `path-gated`: gated files. `link-gated`: a gated path is a symbolic link, and what is
   * read through it is not known. `nothing-gated`: the policy's paths name no file that there is, so they are a slip.
   */
  readonly kind: "outside" | "path-gated" | "link-gated" | "nothing-gated";
  /** Which: what it changes that is gated, or all that it changes; the links; the policy's paths. The first of them. */
  readonly paths: readonly string[];
  /** How many there are. */
  readonly total: number;
}

/** More names than this tell nobody more, and would swell the records. */
const NAMED = 100;

/** What the gates themselves rest on: policies, keys, who owns what, and the workflows whose results count. */
const ALWAYS = [".github/**", ORGANIZATION_POLICY_PATH, "CODEOWNERS", "docs/CODEOWNERS"];

const SYMLINK = "120000";
const SUBMODULE = "160000";
/** A folder that nothing gated is in, and that was not looked into. */
const FOLDER = "040000";

/**
 * What the change touches that leads from each of these trees to the next. Only what no tree reads through, and what all
 * patterns leave out, is outside: whatever is not certain is gated.
 *
 * A path counts however it changes: content, mode, kind, come or gone; of what is moved both names do. Upper and lower
 * case, and the ways to write an accent, are the same here: a slip of the policy's author must not open a path.
 */
export function scopeOf(patterns: readonly string[], trees: readonly Tree[]): Scope {
  const policy = new Patterns(patterns);
  const kinds = new Kinds(trees);
  const changed = changedIn(trees);
  const touched = changed.filter((path) => isGated(path, policy, kinds));
  if (touched.length > 0) return named("path-gated", touched);
  const links = kinds.of(SYMLINK).filter((path) => policy.match(path) || policy.reachBelow(path));
  if (links.length > 0) return named("link-gated", links);
  if (!trees.some((tree) => [...tree].some(([path, { mode }]) => mode !== FOLDER && policy.match(path))))
    return named("nothing-gated", patterns);
  return named("outside", changed);
}

/** Whether anything in a folder may be gated. What is not reached need not be listed file by file. */
export function reachOf(patterns: readonly string[]): (folder: string) => boolean {
  const policy = new Patterns(patterns);
  return (folder) => policy.reachBelow(folder) || OURS.reachBelow(folder);
}

const named = (kind: Scope["kind"], paths: readonly string[]): Scope => ({
  kind,
  paths: paths.slice(0, NAMED),
  total: paths.length,
});

/** A step that another one takes back has been there all the same, so each counts by itself. */
function changedIn(trees: readonly Tree[]): string[] {
  const steps = trees.flatMap((tree, index) => {
    const before = trees[index - 1];
    return before === undefined ? [] : [...diffOf(before, tree).keys()];
  });
  return [...new Set(steps)].sort();
}

/** What is at a link or in a submodule is below its path, though no tree lists it there. */
function isGated(path: string, policy: Patterns, kinds: Kinds): boolean {
  if (kinds.isOnlyFolder(path)) return false;
  const both = [policy, OURS];
  if (both.some((patterns) => patterns.match(path))) return true;
  if (kinds.isLink(path)) return both.some((patterns) => patterns.reachBelow(path));
  // It says from where submodules are fetched.
  return (
    path === ".gitmodules" && kinds.of(SUBMODULE).some((at) => policy.match(at) || policy.reachBelow(at))
  );
}

/** What kind of thing there is, or was, at a path. */
class Kinds {
  readonly #links = new Map<string, Set<string>>();
  readonly #trees: readonly Tree[];

  constructor(trees: readonly Tree[]) {
    this.#trees = trees;
    for (const [path, { mode }] of trees.flatMap((tree) => [...tree])) {
      if (mode !== SYMLINK && mode !== SUBMODULE) continue;
      this.#links.set(path, (this.#links.get(path) ?? new Set()).add(mode));
    }
  }

  isOnlyFolder(path: string): boolean {
    return this.#trees.every((tree) => [undefined, FOLDER].includes(tree.get(path)?.mode));
  }

  isLink(path: string): boolean {
    return this.#links.has(path);
  }

  of(mode: string): string[] {
    return [...this.#links].flatMap(([path, modes]) => (modes.has(mode) ? [path] : [])).sort();
  }
}

class Patterns {
  readonly #globs: readonly Glob[];

  constructor(patterns: readonly string[]) {
    // A folder that is named without a star is meant with all that is in it.
    const whole = patterns.filter((pattern) => !/[*?]/.test(pattern)).map((pattern) => `${pattern}/**`);
    this.#globs = [...patterns, ...whole].map((pattern) => new Glob(folded(pattern)));
  }

  match(path: string): boolean {
    const text = folded(path);
    return this.#globs.some((glob) => glob.matches(text));
  }

  reachBelow(path: string): boolean {
    const text = folded(path);
    return this.#globs.some((glob) => glob.reachesBelow(text));
  }
}

function folded(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

const OURS = new Patterns(ALWAYS);

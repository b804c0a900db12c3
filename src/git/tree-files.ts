import { CountersignError } from "../errors.js";
import { visible } from "../report/escape.js";
import { readObjects } from "./objects.js";
import { gitOutput, type GitLaunch } from "./process.js";

/** A file as it stands in a commit. */
export interface TreeFile {
  readonly path: string;
  readonly oid: string;
  readonly bytes: Uint8Array;
}

const LISTING_LIMIT = 10_000_000;
/** As much as GitHub's API shows of a file, so that the app and the command line read the same. */
const FILE_LIMIT = 512_000;
const REGULAR_FILE = /^100[0-7]{3}$/;

/**
 * Reads the files of `commit` at `paths`, and below those that are folders, in the order of their paths.
 * @throws CountersignError `file-unreadable` where one of them is a link or a submodule, or has more than 512 kB: what
 * is left out of trusted and revoked keys must be left out by somebody's decision.
 */
export async function readFilesAt(
  launch: GitLaunch,
  commit: string,
  paths: readonly string[],
): Promise<readonly TreeFile[]> {
  const args = ["ls-tree", "-r", "-z", "--full-tree", commit, "--", ...paths];
  const listing = (await gitOutput(launch, args, LISTING_LIMIT)).toString("utf8");
  const entries = listing
    .split("\0")
    .filter((line) => line !== "")
    .map(readEntry);
  const files: TreeFile[] = [];
  const names = entries.length === 0 ? [] : [entries.map(({ oid }) => oid)];
  const options = {
    types: new Set(["blob"]),
    maxSize: FILE_LIMIT,
    chunk: { objects: 16, bytes: FILE_LIMIT },
    buffered: true,
  };
  for await (const chunk of readObjects(launch, names, options)) {
    for (const found of chunk) {
      const path = entries[files.length]?.path ?? "";
      if (found.kind !== "object") throw unreadable(path, `is ${found.kind}`);
      files.push({ path, oid: found.oid, bytes: found.raw });
    }
  }
  return files;
}

/** `<mode> <type> <oid>` TAB `<path>` */
function readEntry(line: string): { readonly oid: string; readonly path: string } {
  const [, mode = "", oid = "", path = ""] = /^([0-7]+) [a-z]+ ([0-9a-f]+)\t([\s\S]*)$/.exec(line) ?? [];
  if (!REGULAR_FILE.test(mode)) throw unreadable(path, "is not a plain file");
  return { oid, path };
}

function unreadable(path: string, what: string): CountersignError {
  return new CountersignError("file-unreadable", `${visible(path)} ${what}.`, {
    remedy: "Commit it as a plain file of less than 512 kB, or name the keys by options.",
  });
}

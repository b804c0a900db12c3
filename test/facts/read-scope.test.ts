import { describe, expect, it } from "@jest/globals";
import type { TreeEntry, TreeSource } from "../../src/facts/case-source.js";
import { type Fact, known, unknown } from "../../src/facts/facts.js";
import { type FileChange, readScope } from "../../src/facts/read-scope.js";
import { source } from "../policy/make.js";

const PATHS = source("paths: [clusters/**]");
const file = (oid: string): TreeEntry => ({ mode: "100644", oid });
const GATED = ["clusters/a.yaml", file("1")] as const;
const UNREAD = unknown("truncated", "GitHub does not list all of them.", "None.");

let repositoryId = 1;

/** Files of commits by their names, and what was asked for them. Each has a repository of its own: what was read is kept. */
function place(
  commits: Readonly<Record<string, readonly (readonly [string, TreeEntry])[]>>,
  ancestor: Fact<string> = known("old"),
) {
  const asked: string[] = [];
  const trees: TreeSource = {
    readReached: (_repository, oid, reaches) => {
      expect([".github", "src"].map(reaches)).toEqual([true, false]);
      asked.push(oid);
      const files = commits[oid];
      return Promise.resolve(files === undefined ? UNREAD : known(new Map(files)));
    },
    readMergeBase: (_repository, base, head) => {
      asked.push(`${base}...${head}`);
      return Promise.resolve(ancestor);
    },
  };
  const repository = { id: (repositoryId += 1), owner: "o", name: "r" };
  return { asked, read: (change: FileChange, from = PATHS) => readScope(trees, repository, from, change) };
}

const PULL = { forkedFrom: "base", to: "head" };

describe("what a change touches", () => {
  it("is not read where the policy gates everything, or cannot be used", async () => {
    const { asked, read } = place({});
    expect(await read(PULL, source())).toBeNull();
    const identity = { source: "invalid", path: null, digest: null, commitOid: null } as const;
    expect(await read(PULL, { kind: "invalid", identity, problems: [] })).toBeNull();
    expect(asked).toEqual([]);
  });

  it("is, of a pull request, what its head has changed since it left the branch", async () => {
    const { asked, read } = place({ old: [GATED], head: [GATED, ["docs/a.md", file("2")]], base: [] });
    expect(await read(PULL)).toEqual(known({ kind: "outside", paths: ["docs/a.md"], total: 1 }));
    expect(asked).toEqual(["base...head", "old", "head"]);
  });

  it("is read once, as what lies between two commits stays so", async () => {
    const { asked, read } = place({ old: [GATED], head: [] });
    const first = await read(PULL);
    expect(first).toMatchObject({ value: { kind: "path-gated", paths: ["clusters/a.yaml"] } });
    const before = asked.length;
    expect(await read(PULL)).toEqual(first);
    expect(asked).toHaveLength(before);
    expect(await read(PULL, source("paths: [docs/**]"))).toMatchObject({ value: { kind: "nothing-gated" } });
    await read({ ...PULL, forkedFrom: "later" });
    expect(asked.slice(before)).toEqual(["base...head", "old", "head", "later...head", "old", "head"]);
  });

  it("is, step by step, each of them", async () => {
    const { read } = place({ a: [GATED], b: [["clusters/a.yaml", file("2")]], c: [GATED] });
    expect(await read({ steps: ["a", "c"] })).toMatchObject({ value: { kind: "outside" } });
    expect(await read({ steps: ["a", "b", "c"] })).toMatchObject({ value: { kind: "path-gated" } });
  });

  it("is not known where a commit cannot be read, or there are too many; and is asked again", async () => {
    const { asked, read } = place({ a: [GATED] });
    expect(await read({ steps: ["a", "gone"] })).toBe(UNREAD);
    expect(await read({ steps: ["a", "gone"] })).toBe(UNREAD);
    expect(asked).toEqual(["a", "gone", "a", "gone"]);
    expect(await read({ steps: Array.from({ length: 13 }, () => "a") })).toMatchObject({ known: false });
    expect(await place({}, UNREAD).read(PULL)).toBe(UNREAD);
  });
});

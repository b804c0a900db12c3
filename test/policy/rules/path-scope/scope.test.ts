import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Tree } from "../../../../src/breakglass/diff.js";
import { globMatches } from "../../../../src/policy/document/glob.js";
import { reachOf, type Scope, scopeOf } from "../../../../src/policy/rules/path-scope/scope.js";

/** Path → what is there: an object's name, after `->` a link's, after `@` a submodule's commit, after `!` a program's. */
type Files = Readonly<Record<string, string>>;

const MODES: Readonly<Record<string, string>> = { "-": "120000", "@": "160000", "!": "100755" };
const tree = (files: Files): Tree =>
  new Map(
    Object.entries(files).map(([path, oid]) => [path, { mode: MODES[oid.charAt(0)] ?? "100644", oid }]),
  );

const BASE = { "clusters/prod/app.yaml": "1", "docs/a.md": "1", "README.md": "1" };

const scope = (paths: readonly string[], ...steps: readonly Files[]): Scope =>
  scopeOf(paths, steps.map(tree));
/** From `BASE` with some files to the same with others; an empty text takes a file away. */
const change = (paths: readonly string[], after: Files, before: Files = {}): string => {
  const laid = [
    { ...BASE, ...before },
    { ...BASE, ...before, ...after },
  ].map((files) => Object.fromEntries(Object.entries(files).filter(([, oid]) => oid !== "")));
  const { kind, paths: named } = scope(paths, ...laid);
  return `${kind}: ${named.join(" ")}`;
};

const CLUSTERS = ["clusters/**"];

describe("what a change touches", () => {
  it.each<[string, Files, string]>([
    ["a gated file that changes", { "clusters/prod/app.yaml": "2" }, "path-gated: clusters/prod/app.yaml"],
    ["one that comes", { "clusters/new.yaml": "1" }, "path-gated: clusters/new.yaml"],
    ["one that goes", { "clusters/prod/app.yaml": "" }, "path-gated: clusters/prod/app.yaml"],
    ["one that may run now", { "clusters/prod/app.yaml": "!1" }, "path-gated: clusters/prod/app.yaml"],
    ["other files", { "docs/a.md": "2", "docs/b.md": "1" }, "outside: docs/a.md docs/b.md"],
    ["nothing", {}, "outside: "],
    [
      "a gated file moved away",
      { "clusters/prod/app.yaml": "", "old/app.yaml": "1" },
      "path-gated: clusters/prod/app.yaml",
    ],
    ["a file moved in", { "docs/a.md": "", "clusters/a.md": "1" }, "path-gated: clusters/a.md"],
    ["another case", { "Clusters/prod/x.yaml": "1" }, "path-gated: Clusters/prod/x.yaml"],
    ["a name that only begins so", { "clusters-old/x.yaml": "1" }, "outside: clusters-old/x.yaml"],
    ["the policy", { ".github/countersign.yml": "2" }, "path-gated: .github/countersign.yml"],
    [
      "the keys",
      { ".github/countersign/keyring/a.asc": "2" },
      "path-gated: .github/countersign/keyring/a.asc",
    ],
    ["who owns what", { "docs/CODEOWNERS": "2" }, "path-gated: docs/CODEOWNERS"],
    ["a workflow", { ".github/workflows/ci.yml": "2" }, "path-gated: .github/workflows/ci.yml"],
    ["the folder of all that as a link", { ".github": "->x" }, "path-gated: .github"],
    ["a gated folder that becomes a link", { clusters: "->docs" }, "path-gated: clusters"],
    ["a gated folder that becomes a submodule", { clusters: "@1" }, "path-gated: clusters"],
    ["a link that comes elsewhere", { latest: "->clusters/prod" }, "outside: latest"],
    ["where submodules come from, without any", { ".gitmodules": "2" }, "outside: .gitmodules"],
  ])("%s", (_what, after, expected) => {
    expect(change(CLUSTERS, after)).toBe(expected);
  });

  it.each<[string, Files, Files, string]>([
    [
      "a gated submodule's commit",
      { "clusters/base": "@1" },
      { "clusters/base": "@2" },
      "path-gated: clusters/base",
    ],
    ["from where it comes", { "clusters/base": "@1" }, { ".gitmodules": "2" }, "path-gated: .gitmodules"],
    ["beside a gated submodule", { "clusters/base": "@1" }, { "docs/a.md": "2" }, "outside: docs/a.md"],
    ["from where another comes", { "lib/x": "@1" }, { ".gitmodules": "2" }, "outside: .gitmodules"],
    [
      "beside a gated link",
      { "clusters/all": "->../docs" },
      { "docs/a.md": "2" },
      "link-gated: clusters/all",
    ],
    [
      "beside a link above the gated",
      { clusters: "->infra", "clusters/prod/app.yaml": "" },
      { "docs/a.md": "2" },
      "link-gated: clusters",
    ],
    [
      "beside a gated link that it takes away",
      { "clusters/all": "->x" },
      { "clusters/all": "" },
      "path-gated: clusters/all",
    ],
    ["beside another link", { "docs/latest": "->a.md" }, { "docs/a.md": "2" }, "outside: docs/a.md"],
  ])("%s", (_what, before, after, expected) => {
    expect(change(CLUSTERS, after, before)).toBe(expected);
  });

  it("counts what one step brings and the next takes back", () => {
    const away = { ...BASE, "clusters/prod/app.yaml": "evil" };
    expect(scope(CLUSTERS, BASE, BASE).kind).toBe("outside");
    expect(scope(CLUSTERS, BASE, away, BASE)).toMatchObject({
      kind: "path-gated",
      paths: ["clusters/prod/app.yaml"],
    });
  });

  it("gates everything where the paths name no file that there is", () => {
    expect(change(["cluster/**", "*.yml"], { "docs/a.md": "2" })).toBe("nothing-gated: cluster/** *.yml");
    expect(change(["cluster/**", "*.yml"], {}, { "all.yml": "1" })).toBe("outside: ");
  });

  it("takes a folder that is named without a star for all that is in it", () => {
    expect(change(["clusters"], { "clusters/prod/app.yaml": "2" })).toBe(
      "path-gated: clusters/prod/app.yaml",
    );
    expect(change(["clusters/*"], { "clusters/prod/app.yaml": "2" }, { "clusters/a.yaml": "1" })).toBe(
      "outside: clusters/prod/app.yaml",
    );
  });

  it("does not tell two ways to write an accent apart", () => {
    expect(change(["caf\u00e9/**"], { "cafe\u0301/menu.yaml": "1" })).toBe(
      "path-gated: cafe\u0301/menu.yaml",
    );
  });

  it("names a hundred of many, and how many there are", () => {
    const many = Object.fromEntries(Array.from({ length: 3_001 }, (_, at) => [`docs/${at}.md`, "1"]));
    expect(scope(CLUSTERS, BASE, { ...BASE, ...many })).toMatchObject({ kind: "outside", total: 3_001 });
    expect(scope(CLUSTERS, BASE, { ...BASE, ...many }).paths).toHaveLength(100);
    expect(scope(CLUSTERS, BASE, { ...BASE, ...many, "clusters/x": "1" })).toMatchObject({
      kind: "path-gated",
      total: 1,
    });
  });

  it("may be known of a folder only as a whole, where nothing gated can be in it", () => {
    const partly = (docs: string | null, files: Files) => {
      const listed = tree(files);
      return docs === null ? listed : new Map([...listed, ["docs", { mode: "040000", oid: docs }]]);
    };
    const files = { "clusters/a.yaml": "1" };
    const kindOf = (paths: readonly string[], before: Tree, after: Tree) => {
      const { kind, paths: named } = scopeOf(paths, [before, after]);
      return `${kind}: ${named.join(" ")}`;
    };
    expect(kindOf(["clusters/**"], partly("1", files), partly("2", files))).toBe("outside: docs");
    // A pattern for files in the root means none of its folders; a file in a folder's place is one.
    expect(kindOf(["*"], partly("1", { a: "1" }), partly("2", { a: "1" }))).toBe("outside: docs");
    expect(kindOf(["*"], partly("1", { a: "1" }), partly(null, { a: "1", docs: "1" }))).toBe(
      "path-gated: docs",
    );
    expect(kindOf(["*"], partly("1", files), partly("2", files))).toBe("nothing-gated: *");
  });

  it.each<[readonly string[], string, boolean]>([
    [["clusters/**"], "clusters", true],
    [["clusters/**"], "Clusters/prod", true],
    [["clusters/prod/*.yaml"], "clusters/dev", false],
    [["clusters"], "clusters/any", true],
    [["clusters/**"], "docs", true],
    [["clusters/**"], "docs/deep", false],
    [["clusters/**"], ".github/workflows", true],
    [["clusters/**"], "src", false],
  ])("by %p in the folder %s may be gated: %s", (patterns, folder, expected) => {
    expect(reachOf(patterns)(folder)).toBe(expected);
  });

  it("is never outside where any tree on the way differs at a path that a pattern matches", () => {
    const path = fc.stringMatching(/^[ab](\/[ab]){0,2}$/);
    const files = fc.dictionary(path, fc.constantFrom("1", "2", "->x", "@1"), { maxKeys: 4 });
    const pattern = fc.stringMatching(/^([ab*?]|\*\*)(\/([ab*?]|\*\*)){0,2}$/);
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 2 }),
        fc.array(files, { minLength: 2, maxLength: 3 }),
        (patterns, steps) => {
          if (scope(patterns, ...steps).kind !== "outside") return;
          for (const at of new Set(steps.flatMap((one) => Object.keys(one)))) {
            const oids = new Set(steps.map((one) => one[at]));
            if (patterns.some((glob) => globMatches(glob, at))) expect([at, oids.size]).toEqual([at, 1]);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { diffOf, differences, type TreeEntry } from "../../src/breakglass/diff.js";

const FILE = "100644";
const entry = (oid: string, mode = FILE): TreeEntry => ({ mode, oid });
const tree = (files: Readonly<Record<string, TreeEntry>>) => new Map(Object.entries(files));

const before = tree({ kept: entry("1"), edited: entry("1"), deleted: entry("1") });
const after = tree({ kept: entry("1"), edited: entry("2"), added: entry("3") });
const landed = diffOf(before, after);

describe("diffOf", () => {
  it("tells what came, went and changed", () => {
    expect(landed).toEqual(
      new Map([
        ["edited", entry("2")],
        ["added", entry("3")],
        ["deleted", null],
      ]),
    );
  });

  it("counts a changed mode", () => {
    expect(diffOf(tree({ a: entry("1") }), tree({ a: entry("1", "100755") })).size).toBe(1);
  });
});

describe("differences", () => {
  it.each<[string, Record<string, TreeEntry>, string[]]>([
    ["nothing", { kept: entry("1"), edited: entry("2"), added: entry("3") }, []],
    ["a file less", { kept: entry("1"), edited: entry("2") }, ["added (missing)"]],
    [
      "a file more",
      { kept: entry("1"), edited: entry("2"), added: entry("3"), more: entry("4") },
      ["more (extra)"],
    ],
    [
      "other content",
      { kept: entry("1"), edited: entry("9"), added: entry("3") },
      ["edited (other content)"],
    ],
    [
      "another mode",
      { kept: entry("1"), edited: entry("2"), added: entry("3", "120000") },
      ["added (mode 120000, landed as 100644)"],
    ],
    [
      "a deletion less",
      { kept: entry("1"), edited: entry("2"), added: entry("3"), deleted: entry("1") },
      ["deleted (missing)"],
    ],
    [
      "a deletion instead of an edit, and an edit instead of a deletion",
      { kept: entry("1"), added: entry("3"), deleted: entry("5") },
      ["deleted (deleted in what landed, and not here)", "edited (deleted here, and not in what landed)"],
    ],
  ])("names %s", (_what, offered, expected) => {
    expect(differences(landed, diffOf(before, tree(offered)))).toEqual(expected);
  });

  const anyTree = fc
    .dictionary(
      fc.constantFrom("a", "b", "c/d", "__proto__"),
      fc.record({ mode: fc.constantFrom(FILE, "100755"), oid: fc.constantFrom("1", "2") }),
    )
    .map((files) => new Map(Object.entries(files)));

  it("are none exactly where both lead from the same tree to the same tree", () => {
    fc.assert(
      fc.property(anyTree, anyTree, anyTree, (start, one, other) => {
        const same = diffOf(one, other).size === 0;
        expect(differences(diffOf(start, one), diffOf(start, other)).length === 0).toBe(same);
      }),
    );
  });

  it("a squashed or rebased offer shows the same, from whatever commit it starts", () => {
    const moved = (files: ReadonlyMap<string, TreeEntry>) => new Map([...files, ["elsewhere", entry("7")]]);
    fc.assert(
      fc.property(anyTree, anyTree, (start, end) => {
        expect(differences(diffOf(start, end), diffOf(moved(start), moved(end)))).toEqual([]);
      }),
    );
  });
});

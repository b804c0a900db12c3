import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Tree } from "../../../src/breakglass/diff.js";
import { strayPaths } from "../../../src/policy/merge-group/content.js";

const tree = (files: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(files).map(([path, oid]) => [path, { mode: "100644", oid }]));

const ANCESTOR = { a: "1", b: "1", c: "1" };
const BELOW = { a: "2", b: "1", c: "1", new: "1" };
const HEAD = { a: "1", b: "2", added: "1" };
/** What a merge of the two gives. */
const MADE = { a: "2", b: "2", new: "1", added: "1" };

const strays = (
  made: Readonly<Record<string, string>>,
  change: Partial<Record<"below" | "head", object>> = {},
) =>
  strayPaths({
    ancestor: tree(ANCESTOR),
    below: tree({ ...BELOW, ...change.below }),
    head: tree({ ...HEAD, ...change.head }),
    made: tree(made),
  });

describe("what was made of a pull request", () => {
  it("is what it brings, on top of what was there", () => {
    expect(strays(MADE)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["a file that is not its own", { ...MADE, evil: "1" }, ["evil"]],
    ["a file that it did not touch, changed", { ...MADE, a: "3" }, ["a"]],
    ["its file with other content", { ...MADE, b: "3" }, ["b"]],
    ["its file left out", { a: "2", b: "2", new: "1" }, ["added"]],
    ["a file that it deletes", { ...MADE, c: "1" }, ["c"]],
    ["a file that was there, deleted", { a: "2", b: "2", added: "1" }, ["new"]],
    ["nothing at all", BELOW, ["added", "b", "c"]],
  ])("is not with %s", (_what, made, expected) => {
    expect(strays(made)).toEqual(expected);
  });

  it("is not when only a mode differs", () => {
    const executable: Tree = new Map([...tree(MADE), ["b", { mode: "100755", oid: "2" }]]);
    const [ancestor, below, head] = [tree(ANCESTOR), tree(BELOW), tree(HEAD)];
    expect(strayPaths({ ancestor, below, head, made: executable })).toEqual(["b"]);
  });

  it("is merged line by line where both sides changed a file, and as both have it where they agree", () => {
    expect(strays({ ...MADE, a: "merged" }, { head: { a: "3" } })).toEqual([]);
    expect(strays({ ...MADE, a: "merged" }, { head: { a: "2" } })).toEqual(["a"]);
  });

  it("follows a file that one side moved and the other changed", () => {
    const ancestor = tree({ old: "1" });
    const [below, head] = [tree({ moved: "1" }), tree({ old: "2" })];
    expect(strayPaths({ ancestor, below, head, made: tree({ moved: "merged" }) })).toEqual([]);
    expect(strayPaths({ ancestor, below, head, made: tree({ moved: "1", evil: "1" }) })).toEqual(["evil"]);
  });

  it("is never anything where one side alone changed, for any files", () => {
    const files = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2"), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(files, files, files, (ancestor, head, made) => {
        const found = strayPaths({
          ancestor: tree(ancestor),
          below: tree(ancestor),
          head: tree(head),
          made: tree(made),
        });
        expect(found.length === 0).toBe(JSON.stringify(sorted(made)) === JSON.stringify(sorted(head)));
      }),
    );
  });
});

const sorted = (files: Readonly<Record<string, string>>) => Object.entries(files).sort();

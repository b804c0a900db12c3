import { describe, expect, it } from "@jest/globals";
import type { CommitFact } from "../../../src/facts/facts.js";
import { attributeGroup } from "../../../src/policy/merge-group/attribute.js";
import { numberInName, type QueueEntry, type QueueMethod } from "../../../src/policy/merge-group/queue.js";
import { commit } from "../make.js";

const oid = (name: string): string => name.padEnd(40, "0");
const BASE = oid("ba");

const made = (name: string, ...parents: string[]): CommitFact =>
  commit({ oid: oid(name), parents: parents.map(oid) });
const entry = (number: number, change: Partial<QueueEntry> = {}): QueueEntry => ({
  number,
  headOid: oid(`f${number}`),
  baseOid: null,
  groupOid: oid(`c${number}`),
  ...change,
});

/** Numbers of the pull requests with how many commits each has, or the reason why that is not certain. */
function attributed(
  line: readonly CommitFact[],
  entries: readonly QueueEntry[],
  { method = "merge", named = 2 }: { method?: QueueMethod; named?: number } = {},
): unknown {
  const headOid = line.at(-1)?.oid ?? "";
  const headRef = `gh-readonly-queue/main/pr-${named}-${BASE}`;
  const group = { headRef, headOid: headOid === "" ? oid("c2") : headOid, baseRef: "main", baseOid: BASE };
  const fact = attributeGroup(group, { method, entries }, BASE, line);
  return fact.known
    ? fact.value.map(({ number, commits, below }) => `#${number} ${commits.length} on ${below.slice(0, 2)}`)
    : fact.reason.message.replace(/^.*? is not certain\. /, "");
}

const MERGES = [made("c1", "ba", "f1"), made("c2", "c1", "f2")];
const SQUASHES = [made("c1", "ba"), made("c2", "c1")];
const REBASES = [made("a1", "ba"), made("c1", "a1"), made("a2", "c1"), made("c2", "a2")];
const BOTH = [entry(1), entry(2)];

describe("what a queue made", () => {
  it.each<[string, QueueMethod, CommitFact[], string[]]>([
    ["merges", "merge", MERGES, ["#1 1 on ba", "#2 1 on c1"]],
    ["squashes", "squash", SQUASHES, ["#1 1 on ba", "#2 1 on c1"]],
    ["rebases", "rebase", REBASES, ["#1 2 on ba", "#2 2 on c1"]],
  ])("as %s is each pull request's own", (_what, method, line, expected) => {
    expect(attributed(line, BOTH, { method })).toEqual(expected);
  });

  it("of those that are in the queue behind it does not matter", () => {
    expect(attributed(MERGES, [...BOTH, entry(3), entry(4, { groupOid: null })])).toHaveLength(2);
  });

  it("as a merge is known by its second parent, where the queue names only the last commit", () => {
    expect(attributed(MERGES, [entry(1, { groupOid: null }), entry(2)])).toEqual([
      "#1 1 on ba",
      "#2 1 on c1",
    ]);
  });

  it.each<[string, CommitFact[], QueueEntry[], { method?: QueueMethod; named?: number }, RegExp]>([
    ["nothing", [], BOTH, {}, /do not end with its head/],
    ["a commit of nobody", MERGES, [entry(1)], { named: 1 }, /of none that is in the queue/],
    ["a commit of nobody below", SQUASHES, [entry(2)], { method: "squash" }, /none that is in the queue/],
    ["a commit of two", MERGES, [...BOTH, entry(3, { groupOid: oid("c2") })], {}, /of several/],
    ["one twice", [...MERGES, made("c3", "c2", "f2")], [entry(1), entry(2, { groupOid: null })], {}, /twice/],
    [
      "a merge of another head",
      [made("c1", "ba", "f1"), made("c2", "c1", "f9")],
      BOTH,
      {},
      /#2 are not what/,
    ],
    ["three parents", [made("c2", "ba", "f2", "f1")], [entry(2)], {}, /#2 are not what/],
    ["a merge where it squashes", MERGES, BOTH, { method: "squash" }, /#1 are not what/],
    ["a squash where it merges", SQUASHES, BOTH, {}, /#1 are not what/],
    ["a gap below", [made("c2", "c1", "f2")], [entry(2)], {}, /not on top of what was below/],
    ["a base within", MERGES, [entry(1), entry(2, { baseOid: oid("c2") })], {}, /#2 was built elsewhere/],
    ["a name of another", MERGES, BOTH, { named: 1 }, /named after another pull request/],
  ])("is not certain with %s", (_what, line, entries, more, why) => {
    expect(attributed(line, entries, more)).toEqual(expect.stringMatching(why));
  });
});

describe("the name of a group's branch", () => {
  it.each<[string, string, number | null]>([
    ["gh-readonly-queue/main/pr-7-abc", "main", 7],
    ["gh-readonly-queue/release/1.x/pr-12-0f", "release/1.x", 12],
    ["gh-readonly-queue/main/pr-7-abc", "release", null],
    ["gh-readonly-queue/main/pr-07-abc", "main", null],
    ["gh-readonly-queue/main/pr-7-abc/more", "main", null],
    ["gh-readonly-queue/main/pr-7", "main", null],
    ["queue/main/pr-7-abc", "main", null],
  ])("%s into %s bears %p", (headRef, baseRef, number) => {
    expect(numberInName({ headRef, baseRef })).toBe(number);
  });
});

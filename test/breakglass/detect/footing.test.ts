import { describe, expect, it } from "@jest/globals";
import {
  type BranchBook,
  footingOf,
  type HeardPush,
  oidsToAsk,
  type PolicySeen,
} from "../../../src/breakglass/detect/footing.js";
import type { Accounted } from "../../../src/breakglass/detect/look.js";

const LOOKED = new Date("2026-03-03T02:00:00Z");
const at = (seconds: number): Date => new Date(LOOKED.getTime() + seconds * 1000);

/** `a` and `b` are accounted for, the branch stands at `b` and has the policy `p2`, which came after `p1`. */
const known: Accounted = { tip: "b", lastTip: null, since: "a", accountedAt: LOOKED };
const book = (change: Partial<BranchBook> = {}): BranchBook => ({
  known,
  inForce: "p2",
  pushes: [],
  covered: new Set(["b"]),
  ...change,
});
/** Heard of five seconds after it happened. */
const push = (before: string | null, after: string | null, seconds = 10): HeardPush => ({
  guid: `${before ?? "none"}→${after ?? "none"}`,
  before,
  after,
  forced: false,
  pusher: null,
  pushedAt: at(seconds),
  receivedAt: at(seconds + 5),
});
const seen = (tip: string, digest: string, seconds = 60): PolicySeen => ({ tip, digest, at: at(seconds) });
const short = (one: PolicySeen, change: Partial<BranchBook> = {}): string => {
  const footing = footingOf(one, book(change));
  return footing.kind === "overtaken" && footing.differs ? "overtaken, differs" : footing.kind;
};

describe("what a policy is worth that was read at the tip of a branch", () => {
  it.each<[what: string, seen: PolicySeen, book: Partial<BranchBook>, footing: string]>([
    ["the policy in force where the branch stands", seen("b", "p2"), {}, "accounted"],
    ["that of a commit nobody told of yet, which is the same", seen("c", "p2"), {}, "accounted"],
    ["that of a commit nobody told of yet, which is another", seen("c", "p1"), {}, "unaccounted"],
    ["another one where the branch stands: a merge is not on record", seen("b", "p3"), {}, "unaccounted"],
    ["that of a push, which is the same", seen("c", "p2"), { pushes: [push("b", "c")] }, "accounted"],
    ["that of a push, which is another", seen("c", "p1"), { pushes: [push("b", "c")] }, "unaccounted"],
    ["that of a commit beyond a push", seen("d", "p1"), { pushes: [push("b", "c")] }, "unaccounted"],
    ["that of a commit beyond a push, the same", seen("d", "p2"), { pushes: [push("b", "c")] }, "accounted"],
    [
      "an older one, at a commit with a record",
      seen("x", "p1"),
      { covered: new Set(["x", "b"]) },
      "overtaken, differs",
    ],
    ["an older one, from where the account begins", seen("a", "p1"), {}, "overtaken, differs"],
    ["that of an older commit, which is the same", seen("a", "p2"), {}, "overtaken"],
    ["that from before a push", seen("b", "p2"), { pushes: [push("b", "c")] }, "overtaken"],
    [
      "that of the first of two pushes",
      seen("c", "p1"),
      { pushes: [push("b", "c"), push("c", "d", 20)] },
      "overtaken, differs",
    ],
    ["that from before the branch was deleted", seen("b", "p2"), { pushes: [push("b", null)] }, "overtaken"],
    [
      "that to which a push took the branch back",
      seen("a", "p1"),
      { pushes: [push("b", "a")] },
      "unaccounted",
    ],
    [
      "that to which the second of two pushes took it back",
      seen("b", "p2"),
      { pushes: [push("b", "c"), push("c", "b", 20)] },
      "accounted",
    ],
  ])("%s", (_what, one, change, footing) => {
    expect(short(one, change)).toBe(footing);
  });

  it("owes nothing to a push that was heard of after reading began", () => {
    const pushes = [push("b", "c")];
    expect(short(seen("b", "p2", 14), { pushes })).toBe("accounted");
    expect(short(seen("b", "p2", 16), { pushes })).toBe("overtaken");
  });

  it("takes the branch back where a push does that we hear of only after reading began", () => {
    expect(short(seen("a", "p1", 0), { pushes: [push("b", "a")] })).toBe("unaccounted");
  });

  it("owes nothing to a push that the last look took in", () => {
    const pushes = [push("a", "b", -10)];
    expect(short(seen("b", "p2"), { pushes })).toBe("accounted");
    expect(short(seen("c", "p2"), { pushes })).toBe("accounted");
  });

  it("is where the account begins, before the first look, unless something was pushed since", () => {
    const nothing = { known: null, inForce: null, covered: new Set<string>() };
    expect(short(seen("c", "p1"), nothing)).toBe("accounted");
    expect(short(seen("c", "p1"), { ...nothing, pushes: [push("b", "c")] })).toBe("unaccounted");
  });

  it("is what an earlier version left, as long as the branch has not moved", () => {
    expect(short(seen("b", "p1"), { inForce: null })).toBe("accounted");
    expect(short(seen("c", "p1"), { inForce: null })).toBe("unaccounted");
  });

  it("is overtaken since we heard of the last push, or else since the last look", () => {
    const pushes = [push("b", "c"), push("c", "d", 20)];
    expect(footingOf(seen("b", "p2"), book({ pushes }))).toMatchObject({ since: at(25) });
    expect(footingOf(seen("a", "p1"), book())).toMatchObject({ since: LOOKED });
  });
});

it("asks of the tip and of where each push led whether they have a record", () => {
  expect(oidsToAsk(seen("b", "p2"), [push("b", "c"), push("c", null), push("c", "b")])).toEqual(["b", "c"]);
});

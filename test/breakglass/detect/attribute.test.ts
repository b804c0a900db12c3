import { describe, expect, it } from "@jest/globals";
import { attribute } from "../../../src/breakglass/detect/attribute.js";
import { completed } from "../../../src/breakglass/detect/completed.js";
import { exemptionOf } from "../../../src/breakglass/detect/exemption.js";
import type { Accounted, LineCommit, Look, MoveChange, Push } from "../../../src/breakglass/detect/look.js";
import { pullsOf } from "../../../src/breakglass/detect/pulls.js";
import { known as fact, unknown } from "../../../src/facts/facts.js";
import { ann, bot, dev } from "../make.js";

const LOOKED = new Date("2026-03-03T02:00:00Z");
const at = (seconds: number): Date => new Date(LOOKED.getTime() + seconds * 1000);

const commit = (oid: string, ...parents: string[]): LineCommit => ({ oid, parents, mergedPulls: [] });
const owned = (
  one: LineCommit,
  number: number,
  mergeCommitOid: string,
  commits: number,
  baseRef = "main",
) => ({
  ...one,
  mergedPulls: [{ number, baseRef, mergeCommitOid, commits }],
});
/** a ← b ← c …, the newest first. */
const line = (...oids: string[]): LineCommit[] =>
  oids.map((oid, index) => commit(oid, ...(index === 0 ? ["k"] : oids.slice(index - 1, index)))).reverse();

const push = (before: string | null, after: string | null, change: Partial<Push> = {}): Push => ({
  guid: `${before ?? "none"}→${after ?? "none"}`,
  before,
  after,
  forced: false,
  pusher: dev,
  pushedAt: at(10),
  ...change,
});

const known: Accounted = { tip: "k", lastTip: null, since: "s", accountedAt: LOOKED };
const look = (change: Partial<Look>): Look => ({
  branch: "main",
  known,
  pushes: [],
  reading: { tip: "k", history: [], reached: true, cut: false },
  covered: new Set(["k"]),
  onRecord: new Set(),
  mergeBase: null,
  ...change,
});
const on = (history: LineCommit[], reached = true): Look["reading"] => ({
  tip: history[0]?.oid ?? "k",
  history,
  reached,
  cut: false,
});
const short = (given: Partial<Look>): string[] =>
  attribute(look(given)).changes.map((change) =>
    change.kind === "pull-request"
      ? `#${change.number} ${change.oids.join(",")}`
      : `${change.form} ${change.before ?? "none"}..${change.after ?? "none"} [${change.oids.join(",")}] ${change.pusher?.login ?? "?"}`,
  );

describe("attribute", () => {
  it.each<[string, Partial<Look>, string[]]>([
    ["nothing new", {}, []],
    [
      "one push of two commits",
      { reading: on(line("a", "b")), pushes: [push("k", "b")] },
      ["push k..b [a,b] dev"],
    ],
    [
      "two pushes, told in the wrong order",
      { reading: on(line("a", "b")), pushes: [push("a", "b", { pusher: ann }), push("k", "a")] },
      ["push k..a [a] dev", "push a..b [b] ann"],
    ],
    ["commits that nothing told of", { reading: on(line("a", "b")) }, ["compared k..b [a,b] ?"]],
    [
      "a push whose forerunner was lost",
      { reading: on(line("a", "b")), pushes: [push("a", "b")] },
      ["compared k..a [a] ?", "push a..b [b] dev"],
    ],
    [
      "a late push that is covered",
      { pushes: [push("j", "k", { pushedAt: at(-60) })], covered: new Set(["k", "j"]) },
      [],
    ],
    [
      "a merge by pull request, and its push",
      {
        reading: on([owned(commit("m", "k", "x"), 7, "m", 1)]),
        pushes: [push("k", "m")],
      },
      ["#7 m"],
    ],
    [
      "a pull request that was merged elsewhere, and fast-forwarded here",
      { reading: on([owned(commit("m", "k", "x"), 7, "m", 1, "staging")]), pushes: [push("k", "m")] },
      ["push k..m [m] dev"],
    ],
    [
      "a force-push",
      { reading: on(line("a"), false), pushes: [push("k", "a", { forced: true })] },
      ["force-push k..a [a] dev"],
    ],
    ["a force-push that nothing told of", { reading: on(line("a"), false) }, ["force-push k..a [a] ?"]],
    [
      "a force-push back to a commit that has a record",
      {
        reading: { tip: "j", history: [commit("j")], reached: false, cut: false },
        pushes: [push("k", "j", { forced: true })],
        covered: new Set(["k", "j"]),
      },
      ["force-push k..j [] dev"],
    ],
    [
      "a force-push that the comparison found before it was heard",
      {
        pushes: [push("j", "k", { forced: true, pushedAt: at(-60) })],
        covered: new Set(["k", "j"]),
        onRecord: new Set(["j→k"]),
      },
      [],
    ],
    [
      "a deletion that the comparison found before it was heard",
      {
        known: { ...known, tip: null, lastTip: "k" },
        reading: { tip: null, history: [], reached: false, cut: false },
        pushes: [push("k", null, { pushedAt: at(-60) })],
        onRecord: new Set(["k→none"]),
      },
      [],
    ],
    [
      "a late force-push between two commits that have records, of which nothing tells",
      { pushes: [push("j", "k", { forced: true, pushedAt: at(-60) })], covered: new Set(["k", "j"]) },
      ["force-push j..k [] dev"],
    ],
    [
      "a late force-push off the baseline to where the branch was left by another",
      {
        known: { ...known, tip: "j", since: "k" },
        reading: { tip: "j", history: [], reached: true, cut: false },
        pushes: [push("k", "j", { forced: true, pushedAt: at(-60) })],
        covered: new Set(),
      },
      ["force-push k..j [] dev"],
    ],
    [
      "two pushes of one second, told in the wrong order, with an old one before them",
      {
        reading: on(line("a", "b")),
        pushes: [push("x", "y", { pushedAt: at(9) }), push("a", "b", { pusher: ann }), push("k", "a")],
        covered: new Set(["k", "y"]),
      },
      ["push k..a [a] dev", "push a..b [b] ann"],
    ],
    [
      "a force-push as it is told, though a push that is told before shows it",
      {
        reading: on([commit("m", "j"), commit("j", "i")], false),
        pushes: [
          push("j", "m", { pushedAt: at(2) }),
          push("k", "j", { forced: true, pusher: ann, pushedAt: at(3) }),
        ],
        mergeBase: "j",
      },
      ["force-push k..j [] ann", "push j..m [m] dev"],
    ],
    [
      "a force-push that is on record, though it leads on from where the branch came back to",
      { pushes: [push("k", "j", { forced: true, pushedAt: at(-60) })], onRecord: new Set(["k→j"]) },
      [],
    ],
    [
      "a late force-push away from a commit that nobody ever saw",
      { pushes: [push("j", "k", { forced: true, pushedAt: at(-60) })] },
      ["force-push j..k [] dev"],
    ],
    [
      "a push and its removal, both before the look",
      { pushes: [push("k", "a"), push("a", "k", { forced: true, pusher: ann })] },
      ["push k..a [a] dev", "force-push a..k [] ann"],
    ],
    [
      "a push whose removal was lost",
      { pushes: [push("k", "a")] },
      ["push k..a [a] dev", "force-push a..k [] ?"],
    ],
    [
      "a merge with the branch as its second parent, which is no forward move on first parents",
      {
        reading: on([commit("m", "x", "k"), commit("x", "j")], false),
        pushes: [push("k", "m")],
        mergeBase: "k",
      },
      ["force-push k..m [x,m] dev"],
    ],
    [
      "history that was there before the branch was moved is not new",
      { reading: on([commit("a", "j"), commit("j", "i")], false), mergeBase: "j" },
      ["force-push k..a [a] ?"],
    ],
    [
      "a deletion",
      { reading: { tip: null, history: [], reached: false, cut: false }, pushes: [push("k", null)] },
      ["deleted k..none [] dev"],
    ],
    [
      "a deletion that nothing told of",
      { reading: { tip: null, history: [], reached: false, cut: false } },
      ["deleted k..none [] ?"],
    ],
    [
      "a re-creation at the same commit",
      { known: { ...known, tip: null, lastTip: "k" }, pushes: [push(null, "k")] },
      ["re-created k..k [] dev"],
    ],
    [
      "a re-creation that nothing told of",
      { known: { ...known, tip: null, lastTip: "k" } },
      ["re-created k..k [] ?"],
    ],
    [
      "the same force-push twice as two, and the one that led back",
      {
        reading: on(line("a"), false),
        pushes: [
          push("k", "a", { forced: true, guid: "1", pusher: bot, pushedAt: at(1) }),
          push("a", "k", { forced: true, guid: "2", pushedAt: at(2) }),
          push("k", "a", { forced: true, guid: "3", pushedAt: at(3) }),
        ],
      },
      [`force-push k..a [a] ${bot.login}`, "force-push a..k [] dev", "force-push k..a [] dev"],
    ],
  ])("finds %s", (_what, given, changes) => {
    expect(short(given)).toEqual(changes);
  });

  it("accounts for every push: in a change, or as settled", () => {
    const pushes = [push("k", "a"), push("k", "a", { guid: "again" }), push("j", "k"), push("k", "k")];
    const { changes, settled } = attribute(look({ reading: on(line("a")), pushes }));
    expect(changes).toMatchObject([{ guids: ["k→a", "again"], at: at(10).toISOString() }]);
    expect(settled).toEqual(expect.arrayContaining(["j→k", "k→k"]));
  });

  describe("of a branch that was never seen", () => {
    it("has its tip for a baseline", () => {
      expect(attribute(look({ known: null }))).toEqual({
        changes: [],
        settled: [],
        baseline: "k",
        tip: "k",
        lastTip: null,
      });
    });

    it("has the commit before the first push, and judges that push", () => {
      const found = attribute(
        look({ known: null, pushes: [push("k", "a")], reading: on(line("a")), covered: new Set() }),
      );
      expect(found).toMatchObject({ baseline: "k", tip: "a", changes: [{ form: "push", oids: ["a"] }] });
    });

    it("takes what made it for its initial history", () => {
      const found = attribute(look({ known: null, pushes: [push(null, "k")], covered: new Set() }));
      expect(found).toMatchObject({ baseline: "k", tip: "k", changes: [], settled: ["none→k"] });
    });

    it("has none where there is no branch", () => {
      const reading = { tip: null, history: [], reached: false, cut: false };
      expect(attribute(look({ known: null, reading }))).toMatchObject({ baseline: null, changes: [] });
    });
  });

  it("remembers where a deleted branch stood", () => {
    const reading = { tip: null, history: [], reached: false, cut: false };
    expect(attribute(look({ reading }))).toMatchObject({ tip: null, lastTip: "k" });
  });
});

describe("a history that is too long to be read", () => {
  const found = (given: Partial<Look>, history = line("a", "b"), change: Partial<Look["reading"]> = {}) => {
    const reading = { ...on(history, false), cut: true, ...change };
    const changes = attribute(look({ reading, ...given })).changes;
    return changes.map((change) => (change.kind === "move" ? change.readTo : `#${change.number}`));
  };

  it("is said by the move that brought the lowest commit of those that were read", () => {
    expect(found({})).toEqual(["a"]);
    expect(found({ pushes: [push("a", "b")] })).toEqual(["a", null]);
  });

  it("is said by the move that left the history where a pull request brought that commit", () => {
    const history = [commit("b", "a"), owned(commit("a", "z"), 7, "a", 1)];
    expect(found({}, history)).toEqual(["#7", "a"]);
  });

  it.each<[string, Partial<Look>, Partial<Look["reading"]>]>([
    ["it was read to its end", {}, { cut: false }],
    ["that commit has a record", { covered: new Set(["k", "a"]) }, {}],
    ["it was read down to where it forked", { mergeBase: "a" }, {}],
    ["it was read down to the baseline", { known: { ...known, since: "a" } }, {}],
  ])("is not said where %s", (_what, given, change) => {
    expect(found(given, line("a", "b"), change)).toEqual([null]);
  });
});

describe("pullsOf", () => {
  const rebased = [
    owned(commit("a", "k"), 7, "c", 3),
    owned(commit("b", "a"), 7, "c", 3),
    owned(commit("c", "b"), 7, "c", 3),
  ] as const;
  const owners = (commits: readonly LineCommit[], ...stops: string[]) => [
    ...pullsOf(commits, "main", new Set(stops)).keys(),
  ];

  it.each<[string, readonly LineCommit[], string[], string[]]>([
    ["all commits of a rebase", rebased, [], ["c", "b", "a"]],
    ["no more than it has", rebased.map((one) => owned(one, 7, "c", 2)), [], ["c", "b"]],
    ["none below a commit that is not its", [rebased[0], commit("b", "a"), rebased[2]], [], ["c"]],
    ["none below one at which the branch stood", rebased, ["b"], ["c"]],
    [
      "none below a merge of two parents",
      [...rebased.slice(0, 2), owned(commit("c", "b", "x"), 7, "c", 3)],
      [],
      ["c"],
    ],
    [
      "no merge of two parents below",
      [rebased[0], owned(commit("b", "a", "x"), 7, "c", 3), rebased[2]],
      [],
      ["c"],
    ],
    ["none where the merge commit is another", rebased.map((one) => owned(one, 7, "z", 3)), [], []],
    ["none of another branch's", rebased.map((one) => owned(one, 7, "c", 3, "staging")), [], []],
  ])("gives a pull request %s", (_what, commits, stops, expected) => {
    expect(owners(commits, ...stops)).toEqual(expected);
  });

  it("does not take the commit of another pull request", () => {
    const commits = [owned(commit("a", "k"), 6, "a", 1), owned(commit("b", "a"), 7, "b", 2)];
    expect([...pullsOf(commits, "main", new Set())]).toEqual([
      ["a", 6],
      ["b", 7],
    ]);
  });
});

describe("completed", () => {
  const change: MoveChange = {
    kind: "move",
    form: "push",
    before: "k",
    after: "c",
    oids: ["c"],
    vanished: true,
    readTo: null,
    pusher: dev,
    at: null,
    guids: [],
  };
  const commits = fact([commit("a", "k"), commit("b", "a"), commit("side", "k"), commit("c", "b", "side")]);
  const nobody = () => false;

  it("adds the first parents that the branch does not show any more, the oldest first", () => {
    expect(completed(change, commits, nobody).oids).toEqual(["a", "b", "c"]);
  });

  it.each<[string, MoveChange, Parameters<typeof completed>[1], string[]]>([
    ["the branch shows them", { ...change, vanished: false }, commits, ["c"]],
    ["its last commit has a record", { ...change, oids: [] }, commits, []],
    ["they cannot be read", change, unknown("unavailable", "No.", "Wait."), ["c"]],
  ])("leaves it as it is where %s", (_what, given, read, oids) => {
    expect(completed(given, read, nobody).oids).toEqual(oids);
  });

  it("leaves out what is covered otherwise", () => {
    expect(completed(change, commits, (oid) => oid === "a").oids).toEqual(["b", "c"]);
  });
});

describe("exemptionOf", () => {
  const accounts = { app: bot.id, releaseBots: new Set([ann.id]) };
  it.each([
    ["nobody known", null, null],
    ["the app itself", bot, "own-app"],
    ["one that the policy names", ann, "release-bot"],
    ["anyone else", dev, null],
    ["another with the same login", { ...bot, id: 99 }, null],
  ])("%s", (_who, pusher, expected) => {
    expect(exemptionOf(pusher, accounts)).toBe(expected);
  });

  it("nobody is the app while it is not known who that is", () => {
    expect(exemptionOf(bot, { app: null, releaseBots: new Set() })).toBeNull();
  });
});

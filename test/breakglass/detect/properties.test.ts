import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Push } from "../../../src/breakglass/detect/look.js";
import { BranchModel, keyOfTruth, MAIN, Watcher } from "./branch-model.js";

/** What happens next on GitHub. */
interface Step {
  /** For whoever reads a counterexample. */
  readonly says: string;
  readonly act: (model: BranchModel) => unknown;
}

const count = fc.integer({ min: 1, max: 3 });
const few = fc.integer({ min: 0, max: 2 });
const depth = fc.integer({ min: 1, max: 4 });
const kind = fc.constantFrom("merge", "squash", "rebase");
const base = fc.constantFrom(MAIN, MAIN, "staging");

const stepOf = (says: string, act: Step["act"]): Step => ({ says, act });

const forward = fc.oneof(
  fc.tuple(count, count).map(([n, who]) => stepOf(`push ${n}`, (model) => model.push(n, who))),
  fc
    .tuple(kind, count, base)
    .map(([how, n, into]) => stepOf(`${how} ${n} into ${into}`, (model) => model.merge(how, n, into))),
);
const rewrite = fc.oneof(
  fc
    .tuple(depth, few)
    .map(([back, n]) => stepOf(`force back ${back}, on ${n}`, (model) => model.force(back, n))),
  fc.constant(stepOf("delete", (model) => model.delete())),
  fc
    .tuple(few, few)
    .map(([back, n]) => stepOf(`create back ${back}, on ${n}`, (model) => model.create(back, n))),
);
const step = fc.oneof({ weight: 2, arbitrary: forward }, { weight: 1, arbitrary: rewrite });

/** What becomes of a webhook: lost, or heard after so many further steps, so many times. */
const fate = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ times: 1, delay: 0 }) },
  {
    weight: 2,
    arbitrary: fc.record({ times: fc.integer({ min: 0, max: 2 }), delay: fc.integer({ min: 0, max: 4 }) }),
  },
);
const scene = fc.record({
  step,
  fate,
  /** Whether the record of a merge is written before anything else. */
  recorded: fc.boolean(),
  lookAfter: fc.boolean(),
  waitMs: fc.constantFrom(0, 300, 1000, 2500),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;
const story = fc.array(scene, { maxLength: 14 });

interface Told {
  readonly model: BranchModel;
  readonly watcher: Watcher;
  readonly guids: readonly string[];
}

/** Plays a story with everything that can go wrong on the way, and looks once more when all is quiet. */
function play(scenes: readonly Scene[]): Told {
  const model = new BranchModel();
  const watcher = new Watcher(model);
  watcher.look();
  model.wait(5000);
  const underway: { push: Push; due: number }[] = [];
  const guids: string[] = [];
  const deliver = (now: number) => {
    for (const one of underway.filter(({ due }) => due <= now)) {
      underway.splice(underway.indexOf(one), 1);
      watcher.hear(one.push);
      guids.push(one.push.guid);
    }
  };
  scenes.forEach(({ step: act, fate: { times, delay }, recorded, lookAfter, waitMs }, index) => {
    const told = model.truths.length;
    act.act(model);
    for (const truth of model.truths.slice(told)) {
      const { push } = truth;
      for (let copy = 0; copy < times; copy += 1)
        underway.push({
          push: { ...push, guid: `${push.guid} copy ${copy}` },
          due: index + delay * copy + delay,
        });
      if (recorded) watcher.recordMerge(truth);
    }
    deliver(index);
    if (lookAfter) watcher.look();
    model.wait(waitMs);
  });
  deliver(Infinity);
  model.wait(5000);
  watcher.look();
  return { model, watcher, guids };
}

const plays = (check: (told: Told) => void, runs = 1000) => {
  fc.assert(
    fc.property(story, (scenes) => {
      check(play(scenes));
    }),
    { numRuns: runs },
  );
};

/** The push that a delivery tells of. */
const ofPush = (guid: string): string => guid.replace(/ copy \d+$/, "");

describe("whatever is lost, late, repeated or out of order", () => {
  it("every commit of the branch since its baseline is covered, and none is taken twice", () => {
    plays(({ model, watcher }) => {
      const since = watcher.known?.since ?? "";
      const before = new Set(model.lineOf(since));
      const line = model.lineOf(model.tip).filter((oid) => !before.has(oid));
      expect(line.filter((oid) => !watcher.covered.has(oid))).toEqual([]);
      expect(watcher.taken).toHaveLength(new Set(watcher.taken).size);
    });
  });

  it("every push that was heard is accounted for, by one change or none", () => {
    plays(({ watcher, guids }) => {
      expect([...watcher.accountedGuids].sort()).toEqual([...guids].sort());
    });
  });

  it("a pull request has its own commits only, and nobody else has them unless nothing told that they were its", () => {
    plays(({ model, watcher }) => {
      const ownerOf = new Map(model.truths.flatMap(({ oids, pull }) => oids.map((oid) => [oid, pull])));
      for (const change of watcher.records.values())
        if (change.kind === "pull-request")
          expect(change.oids.map((oid) => ownerOf.get(oid))).toEqual(change.oids.map(() => change.number));
    });
  });

  it("no push makes two changes: each change told by pushes has the key of one of them", () => {
    plays(({ model, watcher }) => {
      const keys = new Set(model.truths.map(keyOfTruth));
      const pushKeys = [...watcher.records].filter(
        ([, change]) => change.kind === "move" && change.guids.length > 0 && change.form !== "re-created",
      );
      // A re-creation is named by the last tip that was known, which may lie before one that nothing told of.
      expect(pushKeys.map(([key]) => key).filter((key) => !keys.has(key))).toEqual([]);
    });
  });

  it("what nothing told of is found before whatever lies on top of it", () => {
    plays(({ watcher }) => {
      expect(watcher.misplaced).toEqual([]);
    });
  });

  it("a second look finds nothing", () => {
    plays(({ watcher }) => {
      const { changes, settled } = watcher.look();
      expect({ changes, settled }).toEqual({ changes: [], settled: [] });
    }, 300);
  });

  it("a move off the history that was heard, however late, is a change of its own", () => {
    plays(({ model, watcher, guids }) => {
      const missing = model.truths.filter(
        (truth) =>
          (truth.form === "force-push" || truth.form === "deleted") &&
          guids.includes(`${truth.push.guid} copy 0`) &&
          !watcher.records.has(keyOfTruth(truth)),
      );
      expect(missing).toEqual([]);
    });
  });

  it("a move off the history makes one record, however often it is told", () => {
    plays(({ watcher }) => {
      const told = watcher.moves.flatMap(({ guids }) => [...new Set(guids.map(ofPush))]);
      expect(told).toHaveLength(new Set(told).size);
    });
  });

  it("a move off the history that was heard in time is a change of its own", () => {
    const inTime = story.map((scenes) =>
      scenes.map((one) => (one.fate.delay === 0 ? one : { ...one, fate: { times: 0, delay: 0 } })),
    );
    fc.assert(
      fc.property(inTime, (scenes) => {
        const { model, watcher, guids } = play(scenes);
        const heard = model.truths.filter(
          ({ form, push }) => form !== "push" && guids.includes(`${push.guid} copy 0`),
        );
        // A re-creation is named by the last tip that was known; one at the baseline may be the first making told late.
        const made = watcher.moves.flatMap(({ form, after }) => (form === "re-created" ? [after] : []));
        const missing = heard.filter((truth) =>
          truth.form === "re-created"
            ? ![...made, watcher.known?.since].includes(truth.push.after)
            : !watcher.records.has(keyOfTruth(truth)),
        );
        expect(missing).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("where nothing is lost", () => {
  const steady = fc.array(
    fc.record({ step, lookAfter: fc.boolean(), twice: fc.boolean(), waitMs: fc.constantFrom(1000, 2500) }),
    { maxLength: 14 },
  );

  it("what is found is exactly what happened, with who did it", () => {
    fc.assert(
      fc.property(steady, (scenes) => {
        const told = play(
          scenes.map(({ twice, ...one }) => ({
            ...one,
            recorded: false,
            fate: { times: twice ? 2 : 1, delay: 0 },
          })),
        );
        const { model, watcher } = told;
        const happened = new Set(
          model.truths.filter(({ oids, form }) => oids.length > 0 || form !== "push").map(keyOfTruth),
        );
        const found = [...watcher.records.keys()];
        expect(found.filter((key) => !happened.has(key))).toEqual([]);
        const covering = new Set([...found, ...watcher.covered.values()]);
        expect([...happened].filter((key) => !covering.has(key))).toEqual([]);
        const old = new Set(model.lineOf(watcher.known?.since ?? null));
        expect(watcher.taken.filter((oid) => old.has(oid))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("where everything is lost", () => {
  it("a look after each step finds each of them once", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const model = new BranchModel();
        const watcher = new Watcher(model);
        watcher.look();
        for (const act of steps) {
          const told = model.truths.length;
          act.act(model);
          const happened = model.truths.slice(told);
          const keys = [...watcher.records.keys()];
          watcher.look();
          const found = [...watcher.records.keys()].filter((key) => !keys.includes(key));
          // A step that made the branch first is two, of which only the sum can be seen.
          if (happened.length === 1)
            expect(found).toEqual(happened.map(keyOfTruth).filter((key) => !keys.includes(key)));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

import { describe, expect, it } from "@jest/globals";
import type { MoveChange } from "../../../src/breakglass/detect/look.js";
import type { BranchActivity } from "../../../src/facts/case-source.js";
import { type Account, known, unknown } from "../../../src/facts/facts.js";
import { moversOf } from "../../../src/flows/watch/move/movers.js";

const oid = (digit: string) => digit.repeat(40);
const [A, B, C, D] = [oid("a"), oid("b"), oid("c"), oid("d")];
const ada: Account = { id: 1, login: "ada", type: "User" };
const bob: Account = { id: 2, login: "bob", type: "User" };

const move = (change: Partial<MoveChange> = {}): MoveChange => ({
  ...{ kind: "move", form: "compared", before: A, after: C, oids: [B, C], guids: [] },
  ...{ pusher: null, at: null, vanished: false, readTo: null },
  ...change,
});
const entry = (before: string, after: string, actor: Account | null, minute: number): BranchActivity => ({
  ...{ id: minute, before, after, actor, kind: "push" },
  at: `2026-11-24T12:0${minute}:00Z`,
});

describe("moversOf", () => {
  it("believes the push that told of it", () => {
    const at = "2026-11-24T12:00:00Z";
    const told = move({ pusher: ada, at, guids: ["g"] });
    expect(moversOf(told, known([entry(A, C, bob, 2)]))).toEqual({
      ...{ accounts: [ada], last: ada, unread: null, at },
    });
  });

  it("finds everyone who moved it on the way, the last one first", () => {
    const log = [entry(C, D, ada, 5), entry(B, C, bob, 4), entry(A, B, ada, 3), entry(D, A, bob, 1)];
    expect(moversOf(move(), known(log))).toEqual({
      accounts: [bob, ada],
      last: bob,
      unread: null,
      at: "2026-11-24T12:04:00Z",
    });
  });

  it.each([
    ["has a gap", [entry(B, C, bob, 4)]],
    ["names nobody for a step", [entry(B, C, bob, 4), entry(A, B, null, 3)]],
    ["does not know where it is", [entry(A, B, bob, 4)]],
    ["is empty", []],
  ])("does not take for complete a log that %s", (_what, log) => {
    expect(moversOf(move(), known(log)).unread).toMatchObject({ known: false });
  });

  it("says why nobody is named where the log may not be read", () => {
    const refused = unknown("forbidden", "The log could not be read.", "Grant it.");
    expect(moversOf(move(), refused)).toEqual({ accounts: [], last: null, unread: refused, at: null });
  });

  it("follows a branch that was deleted", () => {
    const log = [entry(C, oid("0"), ada, 6)];
    expect(moversOf(move({ form: "deleted", before: C, after: null }), known(log))).toMatchObject({
      last: ada,
      unread: null,
    });
  });
});

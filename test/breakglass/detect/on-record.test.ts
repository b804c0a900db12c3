import { describe, expect, it } from "@jest/globals";
import type { Push } from "../../../src/breakglass/detect/look.js";
import { isOnRecord, mayCoverNothing, type RecordedMove } from "../../../src/breakglass/detect/on-record.js";
import { dev } from "../make.js";

const at = (seconds: number): Date => new Date(Date.parse("2026-03-03T02:00:00Z") + seconds * 1000);
const forced: Push = {
  guid: "1",
  before: "k",
  after: "j",
  forced: true,
  pusher: dev,
  pushedAt: at(0),
};
const compared: RecordedMove = {
  form: "force-push",
  before: "k",
  after: "j",
  told: false,
  occurredAt: at(300),
  recordedAt: at(300),
};
const deletion = { ...forced, after: null, forced: false };
const making = { ...forced, before: null, forced: false };

describe("a move that a push tells of", () => {
  it.each<[string, Push, Partial<RecordedMove>]>([
    ["the comparison found it afterwards", forced, {}],
    ["the comparison found it, by a clock that is behind GitHub's", forced, { recordedAt: at(-60) }],
    ["the same was told under another GUID", forced, { told: true, occurredAt: at(0) }],
    ["the branch was found deleted", deletion, { form: "deleted", after: null }],
    ["the branch was found anew, from wherever", making, { form: "re-created", before: "x" }],
  ])("is on record where %s", (_what, push, record) => {
    expect(
      isOnRecord(push, [
        { ...compared, before: "else" },
        { ...compared, ...record },
      ]),
    ).toBe(true);
  });

  it.each<[string, Push, Partial<RecordedMove>]>([
    ["the record is of an earlier one", forced, { recordedAt: at(-61) }],
    ["another push told of the record", forced, { told: true, occurredAt: at(-1) }],
    ["the record is of a later push", forced, { told: true, occurredAt: at(1), recordedAt: at(300) }],
    ["the record leads elsewhere", forced, { after: "i" }],
    ["the record comes from elsewhere", forced, { before: "i" }],
    ["the record is of a branch made anew", forced, { form: "re-created" }],
    ["the record is of commits that came", forced, { form: "compared" }],
    ["the record is of a force-push", making, { before: null }],
    ["another tip was deleted", deletion, { form: "deleted", before: "x", after: null }],
  ])("is not on record where %s", (_what, push, record) => {
    expect(isOnRecord(push, [{ ...compared, ...record }])).toBe(false);
  });

  it("may cover no commit unless it only added some", () => {
    expect([forced, deletion, making, { ...forced, forced: false }].map(mayCoverNothing)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

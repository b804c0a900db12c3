import { describe, expect, it } from "@jest/globals";
import type { Step } from "../../../src/breakglass/case.js";
import type { CaseEvent } from "../../../src/breakglass/event.js";
import { transition } from "../../../src/breakglass/transition.js";
import { stepComment, timerComment } from "../../../src/report/case/comment.js";
import { issueChangeComment } from "../../../src/report/case/issue-change.js";
import type { CaseView, TimerView } from "../../../src/report/case/view.js";
import { actor, after, CASES, dev, drive, make, OID, open } from "../../breakglass/make.js";
import { mentionsIn, timersOf, view } from "./make.js";

/** The comment on the step that an event makes of a case. */
function told(before: ReturnType<typeof open>, event: CaseEvent): string | null {
  const { case: next, step } = transition(before, event);
  if (step === null) throw new Error("it made no step");
  return stepComment(view(next), step);
}

const first = (subject: ReturnType<typeof open>): Step => {
  const [step] = subject.steps;
  if (step === undefined) throw new Error("no step");
  return step;
};

describe("the comment on a step", () => {
  it("calls the first route when a change landed, and says whether it was sanctioned", () => {
    const landed = stepComment(view(), first(CASES.landed())) ?? "";
    expect(mentionsIn(landed)).toEqual(["@acme/security", "@carol"]);
    expect(landed).toContain("**Not sanctioned:**");
    expect(landed).toContain("`/break-glass ack`");
    const declared = told(open(make.declared()), make.landed()) ?? "";
    expect(declared).toContain("It landed as declared.");
    expect(mentionsIn(declared)).toEqual(["@acme/security", "@carol"]);
  });

  it("says of a declaration until when it holds", () => {
    const comment = stepComment(view(CASES.declared()), first(CASES.declared())) ?? "";
    expect(comment).toContain("until 2026-03-03 06:00 UTC");
    expect(mentionsIn(comment)).not.toEqual([]);
  });

  it.each([
    ["acknowledged", CASES.landed(), make.acknowledged(), "**Acknowledgement**, by `ann`"],
    ["documented", CASES.acknowledged(), make.documented(), "**Documentation by [pull request 8]"],
    ["no longer documented", CASES.documented(), make.undocumented(), "no longer shows what landed"],
    ["approved", CASES.documented(), make.approved(), "Independent approvals that count: 1 of 1"],
    ["no longer approved", CASES.reviewed(), make.unapproved(), "approvals that count: 0 of 1"],
    ["reverted", CASES.rejected(), make.reverted(), "**Revert by `eeeeeeeeeeee`**"],
    ["extended", CASES.landed(), make.extended(), "acknowledgement by 2026-03-03 05:00 UTC"],
    ["withdrawn", CASES.declared(), make.withdrawn(), "never landed"],
    ["closed", CASES.reviewed(), make.closed(), "The evidence of this case"],
    ["other people", CASES.landed(), make.authority(), "Other people are authorised"],
  ])("tells that it is %s, and mentions nobody", (_name, before, event, says) => {
    const comment = told(before, event) ?? "";
    expect(comment).toContain(says);
    expect(mentionsIn(comment)).toEqual([]);
  });

  it("calls the first route when it must be reverted, and when the revert was undone", () => {
    expect(mentionsIn(told(CASES.landed(), make.rejected()) ?? "")).toContain("@carol");
    const reverted = drive(CASES.rejected(), make.reverted());
    expect(mentionsIn(told(reverted, make.unreverted()) ?? "")).toContain("@carol");
  });

  it("says where the case stands only if that changed", () => {
    expect(told(CASES.landed(), make.acknowledged())).toContain("The case stands at:");
    expect(told(CASES.landed(), make.extended())).not.toContain("The case stands at:");
  });

  it("is none for what is noise, or is told of elsewhere", () => {
    expect(told(CASES.landed(), make.involvement())).toBeNull();
    expect(told(CASES.landed(), make.breached({ at: after(2) }))).toBeNull();
    expect(told(CASES.landed(), make.acknowledged({ by: actor(dev) }))).toBeNull();
  });

  it("tells when someone's step no longer counts", () => {
    const people = [{ account: { id: 2, login: "ann", type: "User" as const }, hand: "author" as const }];
    const comment = told(CASES.acknowledged(), make.involvement({ involvement: { people, unread: null } }));
    expect(comment).toContain("counts no longer");
    expect(comment).toContain("not acknowledged yet");
  });

  it("answers a review that does not count, for nobody else does", () => {
    const comment = told(CASES.documented(), make.approved({ by: actor(dev) })) ?? "";
    expect(comment).toContain("does not count. Refused by `involved`");
    expect(comment).toContain("Ask someone who had none.");
    expect(comment).toContain(`Approval of \`${OID.landed.slice(0, 12)}\``);
  });
});

describe("the comment on a timer", () => {
  const timer = (kind: string, level = 0): TimerView => {
    const found = timersOf(CASES.landed()).find(
      (one) => one.clock === "acknowledge" && one.kind === kind && one.level === level,
    );
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };

  it.each([
    ["reminder", 80, ["@acme/security", "@carol"], "due by **2026-03-03 03:00 UTC** (80%"],
    ["breach", 0, ["@acme/managers"], "was due by **2026-03-03 03:00 UTC**"],
    ["escalation", 1, ["@acme/board"], "Escalation 1"],
    ["escalation", 3, ["@acme/board"], "Escalation 3"],
  ])("calls the route of a %s at level %d", (kind, level, called, says) => {
    const comment = timerComment(view(), timer(kind, level)) ?? "";
    expect(comment).toContain(says);
    expect(mentionsIn(comment)).toEqual(called);
    expect(comment).toContain("`/break-glass ack`");
  });

  it("calls nobody where the policy names nobody", () => {
    const handling = { ...view().handling, routes: [] };
    expect(mentionsIn(timerComment(view(undefined, { handling }), timer("breach")) ?? "")).toEqual([]);
  });

  it("says of a breach whether it was done since", () => {
    const late = drive(CASES.landed(), make.acknowledged({ at: after(3) }));
    expect(timerComment(view(late), timer("breach"))).toContain("It was done after that.");
    expect(timerComment(view(), timer("breach"))).toContain("It is still owed.");
  });

  it("tells of the freeze on a breach, and not on a reminder", () => {
    const breached = drive(CASES.landed(), make.breached({ at: after(2) }));
    const frozen: CaseView = view(breached, { handling: { ...view().handling, freeze: true } });
    expect(timerComment(frozen, timer("breach"))).toContain("nothing passes on main");
    expect(timerComment(frozen, timer("reminder", 50))).not.toContain("nothing passes");
  });

  it("is none for the end of a declaration", () => {
    const [end] = timersOf(CASES.declared());
    expect(end?.kind).toBe("end");
    if (end !== undefined) expect(timerComment(view(CASES.declared()), end)).toBeNull();
  });
});

describe("the comment on what somebody did to the issue", () => {
  it.each([
    ["restored", "It is put back"],
    ["opened-again", "the issue is opened again"],
    ["made-anew", "in a new issue"],
    ["noted", "Nothing has to be done."],
  ] as const)("says who did what, and what came of it: %s", (response, says) => {
    const eve = { id: 9, login: "@org/eve", type: "User" } as const;
    const comment = issueChangeComment(eve, { what: "The text was edited: @all <b>", response });
    expect(comment).toContain(says);
    expect(comment).toContain("By `@org/eve`.");
    expect(mentionsIn(comment)).toEqual([]);
    expect(comment).not.toContain("<b>");
  });
});

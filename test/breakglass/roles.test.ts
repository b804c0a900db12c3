import { describe, expect, it } from "@jest/globals";
import { known } from "../../src/facts/facts.js";
import {
  type Act,
  type Actor,
  type Authority,
  DUTIES,
  type Grant,
  type Hand,
  refuseAct,
  type Situation,
} from "../../src/breakglass/roles.js";
import { account, actor, ann, bob, bot, byId, dev, eve, NOBODY, UNREADABLE } from "./make.js";

const ACTS = Object.keys(DUTIES) as Act[];
const team: Grant = { people: [], teams: [77] };

/** dev pushed, carl documented; everybody named may do everything. */
const carl = account(6, "carl");
const everyone = byId(dev, ann, bob, carl, bot);
const situation: Situation = {
  authority: {
    declare: everyone,
    acknowledge: everyone,
    extend: everyone,
    reject: everyone,
    close: everyone,
    review: null,
  },
  involvement: { people: [{ account: dev, hand: "pusher" }], unread: null },
  documenter: carl,
};

const NO_AUTHORITY: Authority = {
  declare: NOBODY,
  acknowledge: NOBODY,
  extend: NOBODY,
  reject: NOBODY,
  close: NOBODY,
  review: NOBODY,
};

const ruleOf = (act: Act, who: Actor, said: Partial<Situation> = {}): string =>
  refuseAct(act, who, { ...situation, ...said })?.rule ?? "may";

describe("separation of duties", () => {
  it.each<[Act, string, string, string]>([
    // act, independent ann, dev who pushed, carl who documented
    ["declare", "may", "may", "may"],
    ["withdraw", "may", "may", "may"],
    ["acknowledge", "may", "involved", "may"],
    ["document", "may", "may", "may"],
    ["extend", "may", "involved", "may"],
    ["review", "may", "involved", "documenter-reviews"],
    ["reject", "may", "involved", "documenter-reviews"],
    ["close", "may", "involved", "may"],
  ])("%s: the independent %s, the pusher %s, the documenter %s", (act, independent, pusher, documenter) => {
    expect([ann, dev, carl].map((who) => ruleOf(act, actor(who)))).toEqual([independent, pusher, documenter]);
  });

  it.each<Hand>(["declarer", "pusher", "author", "committer", "approver"])("binds the %s", (hand) => {
    const involvement = { people: [{ account: bob, hand }], unread: null };
    const refusal = refuseAct("acknowledge", actor(bob), { ...situation, involvement });
    expect(refusal).toMatchObject({
      rule: "involved",
      message: expect.stringContaining(`bob is its ${hand}`),
    });
  });

  it("goes by the account's id: a renamed account stays involved, a reused login does not become so", () => {
    expect(ruleOf("acknowledge", actor({ ...dev, login: "dev2" }))).toBe("involved");
    expect(ruleOf("acknowledge", actor({ ...ann, login: "dev" }))).toBe("may");
  });

  it.each(ACTS)("%s is for people, not for bots, even if the policy names them", (act) => {
    expect(ruleOf(act, actor(bot))).toBe("not-a-person");
    for (const type of ["Organization", "Mannequin"] as const)
      expect(ruleOf(act, actor({ ...ann, type }))).toBe("not-a-person");
  });

  const granted = ACTS.filter((act) => DUTIES[act].grant !== null);

  it.each(granted)("%s is for nobody where the policy names nobody", (act) => {
    expect(ruleOf(act, actor(ann), { authority: NO_AUTHORITY })).toBe("nobody-authorised");
  });

  it.each([
    ["of the team", known([5, 77]), team, "may"],
    ["of other teams", known([5]), team, "not-authorised"],
    ["whose teams cannot be read", UNREADABLE, team, "membership-unknown"],
    ["named by id, whose teams cannot be read", UNREADABLE, { people: [ann.id], teams: [77] }, "may"],
    ["not named, where there is no team to belong to", UNREADABLE, byId(bob), "not-authorised"],
  ])("a person %s", (_who, teams, grant, expected) => {
    const authority = { ...situation.authority, acknowledge: grant };
    expect(ruleOf("acknowledge", actor(ann, { teams }), { authority })).toBe(expected);
  });

  it.each([
    ["is there", known(true), "may"],
    ["is not there", known(false), "write-access-missing"],
    ["cannot be read", UNREADABLE, "write-access-unknown"],
  ])("reviewing and documenting need write access: %s", (_what, canPush, expected) => {
    expect(ruleOf("review", actor(ann, { canPush }))).toBe(expected);
    expect(ruleOf("document", actor(ann, { canPush }))).toBe(expected);
    expect(ruleOf("acknowledge", actor(ann, { canPush }))).toBe("may");
  });

  it("nobody is independent where those involved are not all known; the involved stay involved", () => {
    const involvement = { ...situation.involvement, unread: UNREADABLE };
    expect(ruleOf("close", actor(ann), { involvement })).toBe("involved-unknown");
    expect(ruleOf("close", actor(dev), { involvement })).toBe("involved");
    expect(ruleOf("declare", actor(ann), { involvement })).toBe("may");
  });

  it("says what could not be read, and what mends it", () => {
    const authority = { ...situation.authority, acknowledge: team };
    const refusal = refuseAct("acknowledge", actor(eve, { teams: UNREADABLE }), { ...situation, authority });
    expect(refusal?.message).toContain("GitHub did not say. Give the permission.");
    expect(refusal?.remedy).toContain("members: read");
  });
});

import { describe, expect, it } from "@jest/globals";
import type { Case, Step } from "../../../src/breakglass/case.js";
import { known } from "../../../src/facts/facts.js";
import { issueBody } from "../../../src/report/case/issue.js";
import { fitEnds, fitLines } from "../../../src/report/case/sections/lines.js";
import { stepComment } from "../../../src/report/case/comment.js";
import { account, actor, after, ann, CASES, make, open, TERMS } from "../../breakglass/make.js";
import { finding, pull } from "../make.js";
import { alert, view } from "./make.js";

const GITHUB_LIMIT = 65_536;
const LONG = "@|\\".repeat(400);

/** A case that 1,000 people have asked something of. */
function longCase(why: string): Case {
  const start = CASES.documented();
  const steps = Array.from({ length: 1_000 }, (_, index): Step => {
    const event = make.closed({ why: `${why} ${index}`, at: after(3 + index), by: actor(ann) });
    const refusal = { rule: "not-reviewed", message: why, remedy: why } as const;
    return { event, from: "documented", to: "documented", refusal };
  });
  return { ...start, steps: [...start.steps, ...steps] };
}

describe("a tracking issue", () => {
  it.each([
    ["short reasons", "asked again"],
    ["long and hostile ones", LONG],
  ])("fits with 1,000 steps of %s, and keeps the first and the newest", (_name, why) => {
    const body = issueBody(view(longCase(why)));
    expect(body.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(body).toContain("### Every step (1003)");
    expect(body).toMatch(/\| Landing of .*\n\| … \|  \| \d+ steps left out here \|/);
    expect(body.trimEnd()).toMatch(/editing it changes nothing\..*<\/sub>$/);
    const rows = body.match(/^\| 20\d\d-.* UTC \|/gm) ?? [];
    const left = Number(/(\d+) steps left out here/.exec(body)?.[1]);
    expect(rows.length + left).toBe(1_003);
    expect(rows.at(-1)).toContain(after(3 + 999).slice(0, 10));
  });

  it("uses the room that there is", () => {
    expect(issueBody(view(longCase("asked again"))).length).toBeGreaterThan(60_000);
  });

  it("fits whatever all its other parts hold, too", () => {
    const everyone = Array.from({ length: 500 }, (_, id) => ({
      account: account(1_000 + id, LONG),
      hand: "author" as const,
    }));
    const grant = {
      people: everyone.map(({ account: { id } }) => id),
      teams: everyone.map(({ account: { id } }) => id),
    };
    const authority = { ...TERMS.authority, acknowledge: grant, extend: grant, close: grant, reject: grant };
    const subject = open(make.landed({ involvement: { people: everyone, unread: null }, why: LONG }), {
      ...TERMS,
      authority,
    });
    const findings = Array.from({ length: 300 }, (_, index) =>
      finding({ subject: `${index}${LONG}`, message: LONG }),
    );
    const alerts = Array.from({ length: 300 }, () =>
      alert({ channel: LONG, kind: LONG, sentAt: null, lastError: LONG }),
    );
    const routes = [{ channels: [], mention: Array.from({ length: 300 }, () => LONG) }];
    const body = issueBody(
      view(
        { ...subject, steps: [...subject.steps, ...longCase(LONG).steps] },
        {
          alerts,
          branch: LONG,
          decision: pull(0, findings).decision,
          offer: { number: 3, url: LONG, verdict: LONG },
          handling: { ...view().handling, freeze: true, routes },
        },
      ),
    );
    expect(body.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(body).toContain("steps left out here");
    expect(body).toContain("more people");
    expect(body).toContain("findings more: the record holds all");
    expect(body).toContain("alerts left out here");
  });
});

describe("a comment", () => {
  it("fits whatever was said", () => {
    const step: Step = {
      event: make.documented({ why: LONG, differences: known([]), by: actor(account(1, LONG)) }),
      from: "landed",
      to: "landed",
      refusal: null,
    };
    expect((stepComment(view(), step) ?? "").length).toBeLessThan(GITHUB_LIMIT / 2);
  });
});

describe("lines that have to fit", () => {
  const lines = ["first", "second", "third", "fourth"];
  const omitted = (count: number): string => `+${count}`;

  it("stay whole where they fit", () => {
    expect(fitLines(lines, 26, omitted)).toEqual(lines);
    expect(fitEnds(lines, 26, omitted)).toEqual(lines);
  });

  it("are cut at the end, or in the middle", () => {
    expect(fitLines(lines, 25, omitted)).toEqual(["first", "second", "third", "+1"]);
    expect(fitEnds(lines, 25, omitted)).toEqual(["first", "+1", "third", "fourth"]);
    expect(fitLines(lines, 3, omitted)).toEqual(["+4"]);
    expect(fitEnds(lines, 12, omitted)).toEqual(["first", "+3"]);
  });

  it("never take more than their room, where one line fits", () => {
    for (let room = 12; room < 40; room += 1)
      for (const kept of [fitLines(lines, room, omitted), fitEnds(lines, room, omitted)])
        expect(kept.join("\n").length + 1).toBeLessThanOrEqual(room);
  });
});

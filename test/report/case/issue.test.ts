import { describe, expect, it } from "@jest/globals";
import { hours } from "../../../src/breakglass/time/duration.js";
import { caseMarker, commentMarker, markedComment } from "../../../src/report/case/markers.js";
import { issueBody, issueTitle } from "../../../src/report/case/issue.js";
import {
  actor,
  after,
  ann,
  bob,
  byId,
  CASES,
  dev,
  drive,
  make,
  NOBODY,
  OID,
  open,
  TERMS,
  UNREADABLE,
} from "../../breakglass/make.js";
import { finding, pull } from "../make.js";
import { alert, blocksIn, mentionsIn, outsideCode, rowOf, timersOf, view } from "./make.js";

describe("the title of a tracking issue", () => {
  it.each([
    ["push", null, "Break-glass bg-3f2a9c01d4: direct push to main"],
    ["force-push", null, "Break-glass bg-3f2a9c01d4: force-push to main"],
    ["re-created", null, "Break-glass bg-3f2a9c01d4: deletion and re-creation of main"],
    ["merge", 7, "Break-glass bg-3f2a9c01d4: pull request 7, merge around the gates into main"],
    [null, 7, "Break-glass bg-3f2a9c01d4: pull request 7, declared for main"],
  ] as const)("says in short what happened: %s", (how, pullNumber, title) => {
    expect(issueTitle(view(undefined, { how, pullNumber }))).toBe(title);
  });

  it("hides nothing of a branch's name, and fits", () => {
    const title = issueTitle(view(undefined, { branch: `ma\u202ein\n${"x".repeat(600)}` }));
    expect(title).toContain("ma\\u{202e}in x");
    expect(title.length).toBeLessThanOrEqual(256);
  });
});

describe("the body of a tracking issue", () => {
  it("begins with the marker by which the app finds it again", () => {
    expect(issueBody(view()).split("\n")[0]).toBe("<!-- countersign:case:bg-3f2a9c01d4 -->");
  });

  it.each([
    ["declared", "Declared", ["/break-glass close"]],
    ["landed", "not acknowledged", ["/break-glass ack"]],
    ["acknowledged", "not documented", ["/break-glass retro #N"]],
    ["documented", "not reviewed", []],
    ["reviewed", "ready to be closed", ["/break-glass close"]],
    ["rejected", "must be reverted", []],
    ["closed", "Closed and sealed", []],
    ["withdrawn", "never landed", []],
  ] as const)("says where a case stands and the one next thing: %s", (state, says, commands) => {
    const body = issueBody(view(CASES[state]()));
    expect(/^## (.*)$/m.exec(body)?.[1]).toContain(says);
    const next = body.split("\n### ")[0] ?? "";
    expect(blocksIn(next)).toEqual(commands);
    expect(next.includes("**Next:**")).toBe(state !== "closed" && state !== "withdrawn");
  });

  it("shows what landed: commits, difference, people, times and how it was found", () => {
    const body = issueBody(view());
    expect(body).toContain(`](https://github.example/acme/shop/compare/${OID.before}...${OID.landed})`);
    expect(body).toContain(`\`${OID.before}\` → \`${OID.landed}\``);
    expect(body).toContain("Landed at 2026-03-03 02:00:00 UTC, by `dev`");
    expect(body).toContain("Had a hand in it: `dev` pushed it");
    expect(body).toContain("by event from GitHub");
    expect(body).toContain("**Not sanctioned:**");
  });

  it("tells the sanctioned from the unsanctioned, and who declared it and why", () => {
    const subject = drive(open(make.declared({ why: "database is down" })), make.landed());
    const body = issueBody(view(subject, { how: "merge", pullNumber: 7 }));
    expect(body).toContain("Sanctioned: a break-glass was declared");
    expect(body).toMatch(/Declared by `dev` at .* until 2026-03-03 06:00 UTC: “database is down”/);
    expect(body).toContain("[pull request 7](https://github.example/acme/shop/pull/7)");
  });

  it("says why nobody counts as independent where people may be missing", () => {
    const people = { people: [{ account: dev, hand: "author" as const }], unread: UNREADABLE };
    expect(issueBody(view(open(make.landed({ involvement: people }))))).toMatch(
      /\*\*not fully known\*\*.*GitHub did not say\. Give the permission\./,
    );
  });

  it("compares with nothing where there was no commit before", () => {
    const none = open(make.landed({ beforeOid: "0".repeat(40) }));
    const body = issueBody(view(none, { how: "re-created" }));
    expect(body).not.toContain("/compare/");
    expect(body).not.toContain("git push");
  });

  it("lists the gates that had not passed, with the controls they touch", () => {
    const { decision } = pull(0, [
      finding({ rule: "commit-signature", reason: "unsigned", controls: ["NIST-800-53r5:SI-7"] }),
    ]);
    const body = issueBody(view(undefined, { decision }));
    const [shown = ""] = body.split("### Gates that had not passed")[1]?.split("<details>") ?? [];
    expect(shown).toContain("Signatures: ❌ failed");
    expect(shown).toContain("Review: ✅ passed");
    expect(shown).toContain("The commit is not signed. <sub>`commit-signature/unsigned`</sub>");
    expect(shown).toContain("Controls that this touches: `NIST-800-53r5:SI-7`");
    expect(shown).not.toContain("review is fine");
    expect(body).toContain("review is fine");
  });

  it("shows each clock: running, met, met late and breached, and how often it was extended", () => {
    const late = drive(
      open(),
      make.extended({ at: after(0.5), duration: hours(2) }),
      make.acknowledged({ at: after(9) }),
      make.documented({ at: after(10) }),
      make.breached({ at: after(80), clock: "review" }),
    );
    const body = issueBody(view(late));
    expect(rowOf(body, "Acknowledgement")).toEqual([
      "Acknowledgement",
      "2026-03-03 02:00 UTC",
      "**2026-03-03 05:00 UTC**",
      "🔴 met late",
      "1 time",
      "–",
      "breach at 2026-03-03 05:00 UTC",
    ]);
    expect(rowOf(body, "Documentation").slice(3, 5)).toEqual(["✅ met", "1 time"]);
    expect(rowOf(body, "Independent review")[3]).toBe("🔴 breached");
    expect(rowOf(issueBody(view()), "Documentation").slice(3, 5)).toEqual(["⏳ running", "–"]);
    expect(body).toContain("**Deadlines that were missed:** acknowledgement and independent review.");
  });

  it("shows whom the clocks have told already, and what comes next", () => {
    const subject = CASES.landed();
    const timers = timersOf(subject).map((timer) =>
      timer.id.includes("acknowledge/reminder-50") ? { ...timer, doneAt: after(0.5) } : timer,
    );
    expect(rowOf(issueBody(view(subject, { timers })), "Acknowledgement").slice(5)).toEqual([
      "reminder at 50%",
      "reminder at 80% at 2026-03-03 02:48 UTC",
    ]);
  });

  it("says who may do what, and that nobody may where the policy names nobody", () => {
    const authority = { ...TERMS.authority, close: NOBODY, extend: byId(ann, bob) };
    const body = issueBody(view(open(make.landed(), { ...TERMS, authority })));
    expect(rowOf(body, "close")[2]).toContain("nobody");
    expect(rowOf(body, "extend")[2]).toBe("the policy's people `2` `3` who had no hand in the change");
    expect(rowOf(body, "acknowledge")[2]).toContain("the policy's people `2` or the policy's teams `77`");
    expect(rowOf(body, "document")[2]).toBe("everyone with write access");
    expect(rowOf(body, "review")[2]).toBe(
      "everyone with write access who had no hand in the change and did not document it",
    );
  });

  it("mentions the first route's people, and nobody else", () => {
    expect(mentionsIn(issueBody(view()))).toEqual(["@acme/security", "@carol"]);
    expect(mentionsIn(issueBody(view(CASES.closed())))).toEqual([]);
  });

  it("shows which alerts were sent, and which channel is failing", () => {
    const alerts = [
      alert(),
      alert({ channel: "pager", sentAt: null }),
      alert({ channel: "mail", sentAt: null, attempts: 3, lastError: "500 | @all" }),
    ];
    const body = issueBody(view(undefined, { alerts }));
    expect(rowOf(body, "`security-chat`")[3]).toBe("✅ sent at 2026-03-03 02:00:05 UTC");
    expect(rowOf(body, "`pager`")[3]).toBe("⏳ on its way");
    expect(rowOf(body, "`mail`")[3]).toMatch(/^❌ failing, and tried again: 500 /);
    const handling = { ...view().handling, routes: [] };
    expect(issueBody(view(undefined, { alerts: [] }))).toContain("None so far.");
    expect(issueBody(view(undefined, { alerts: [], handling }))).toContain("names no channel");
  });

  it("does not change when an alert is only tried once more", () => {
    const failing = (attempts: number) =>
      issueBody(view(undefined, { alerts: [alert({ sentAt: null, attempts, lastError: "no answer" })] }));
    expect(failing(2)).toBe(failing(9));
  });

  it("tells every step, refused ones with their rule", () => {
    const source = { kind: "comment", url: "https://github.example/acme/shop/issues/12#c1" } as const;
    const refused = { ...make.acknowledged({ by: actor(dev), source, why: "all fine" }) };
    const subject = { ...CASES.landed() };
    const step = {
      event: refused,
      from: "landed",
      to: "landed",
      refusal: { rule: "involved", message: "dev is its pusher.", remedy: "Ask someone else." },
    } as const;
    const body = issueBody(view({ ...subject, steps: [...subject.steps, step] }));
    expect(body).toContain("### Every step (2)");
    expect(body).toContain(
      "| 2026-03-03 02:30:00 UTC | `dev` | Acknowledgement: “all fine” | [comment](https://github.example/acme/shop/issues/12#c1) | ❌ refused by `involved`: dev is its pusher. |",
    );
  });

  it("says that the branch is frozen where the policy freezes and a deadline is missed", () => {
    const breached = drive(open(), make.breached({ at: after(2), clock: "acknowledge" }));
    const frozen = { ...view().handling, freeze: true };
    expect(issueBody(view(breached, { handling: frozen }))).toContain("nothing passes on main");
    expect(issueBody(view(breached))).not.toContain("nothing passes");
    const late = drive(breached, make.acknowledged({ at: after(3) }));
    expect(issueBody(view(late, { handling: frozen }))).not.toContain("nothing passes");
    expect(issueBody(view(undefined, { handling: frozen }))).not.toContain("nothing passes");
  });

  it("sums up the evidence once the case is closed", () => {
    const seal = { digest: "5".repeat(64), records: 5 };
    const body = issueBody(view(CASES.closed(), { seal }));
    expect(rowOf(body, "Review by someone independent")[2]).toBe(
      "1 of 1, after it landed: `bob` at 2026-03-03 06:00 UTC",
    );
    expect(rowOf(body, "Acknowledgement by someone independent")).toEqual([
      "Acknowledgement by someone independent",
      "none",
      "`ann` at 2026-03-03 02:30 UTC",
    ]);
    expect(rowOf(body, "Records")[2]).toContain(`SHA-256 \`${"5".repeat(64)}\``);
    expect(rowOf(body, "Deadlines")[2]).toBe(
      "acknowledgement ✅ met, documentation ✅ met, independent review ✅ met",
    );
    expect(rowOf(body, "Signatures")[2]).toContain("✅ passed");
    expect(issueBody(view(CASES.reviewed()))).not.toContain("The evidence of this case");
  });

  it.each([
    [[alert()], "1 alert sent"],
    [[alert(), alert({ sentAt: null, attempts: 0 })], "1 alert sent, 1 on the way"],
    [[alert({ sentAt: null, lastError: "it answered 500" })], "0 alerts sent, 1 not delivered"],
  ])("tells an alert that was not sent yet from one that fails", (alerts, says) => {
    expect(rowOf(issueBody(view(CASES.closed(), { alerts })), "Stakeholders told")[2]).toBe(says);
  });

  it("sums up a change that was rejected and reverted", () => {
    const subject = drive(open(), make.acknowledged(), make.documented(), make.rejected(), make.reverted());
    const body = issueBody(view(drive(subject, make.closed())));
    expect(rowOf(body, "Review by someone independent")[2]).toBe(
      "rejected by `bob` at 2026-03-03 06:00 UTC, reverted by `eeeeeeeeeeee` at 2026-03-03 08:00 UTC",
    );
  });

  it("names the offered pull request, and what it lacks", () => {
    const url = "https://github.example/acme/shop/pull/9";
    const offered = { number: 9, url, verdict: "It lacks `a/b.ts`, says @eve." };
    const body = issueBody(view(CASES.acknowledged(), { offer: offered }));
    expect(body).toContain(`[Pull request 9](${url}) does not document it yet: It lacks \`a/b.ts\``);
    expect(body).toContain("gh pr create");
    expect(blocksIn(body)).toContain("/break-glass retro #9");
    expect(outsideCode(body)).not.toMatch(/@eve/);
  });

  it("has a merged pull request documented by itself, and the app open what it opens", () => {
    const merged = issueBody(view(CASES.acknowledged(), { pullNumber: 7, how: "merge" }));
    expect(blocksIn(merged)).toContain("/break-glass retro #7");
    expect(merged).not.toContain("gh pr create");
    expect(merged).toContain("## What was changed");
    const opened = issueBody(view(CASES.acknowledged(), { appOpens: true }));
    expect(opened).toContain("The app opens the retroactive pull request");
    expect(opened).not.toContain("gh pr create");
  });
});

describe("the same case", () => {
  it.each(Object.keys(CASES) as (keyof typeof CASES)[])("always reads the same: %s", (state) => {
    const subject = CASES[state]();
    const copy: unknown = JSON.parse(JSON.stringify(view(subject)));
    expect(issueBody(copy as ReturnType<typeof view>)).toBe(issueBody(view(subject)));
  });
});

describe("markers", () => {
  it("cannot be ended early", () => {
    expect(caseMarker("bg--> <b>")).toMatch(/^<!-- countersign:case:[^<>]* -->$/);
    expect(caseMarker("bg--> <b>").indexOf("--", 4)).toBe(caseMarker("bg--> <b>").length - 3);
  });

  it("keep keys of our making as they are", () => {
    expect(commentMarker("answer:123")).toBe("<!-- countersign:comment:answer:123 -->");
    expect(markedComment("k", "text")).toBe("<!-- countersign:comment:k -->\ntext");
  });
});

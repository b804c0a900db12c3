import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import { UserHandle } from "../../github/scenario.js";
import { emergencyRepository, recordsIn, trackingIssue } from "./stage.js";
import { answersTo, ask, bodiesOf, lastStep, push, pushed, ruleIn, stepsIn } from "./talk.js";

withCast("commands of a break-glass case", (cast) => {
  it("acknowledge only by an authorised person who had no hand in the change, once", async () => {
    const { admin, bob, carol, conftest, github } = cast();
    const { repository, issue } = await pushed(cast(), "ack");
    const bot = new UserHandle(github.world, conftest.bot);
    const asked = [
      [bob, "not-authorised"],
      [admin, "involved"],
      [bot, "not-a-person"],
      [carol, null],
      [carol, "already-acknowledged"],
    ] as const;
    for (const [user, rule] of asked) {
      const options = user === bot ? { via: conftest } : {};
      expect(ruleIn(await ask(cast(), issue, user, "/break-glass ack Seen", options))).toBe(rule);
    }
    const steps = (await stepsIn(cast(), repository)).slice(1);
    expect(steps.map(({ by, kind, rule, why, to }) => [by, kind, rule, why, to])).toEqual([
      ["bob", "acknowledged", "not-authorised", "Seen", "landed"],
      ["root", "acknowledged", "involved", "Seen", "landed"],
      ["carol", "acknowledged", null, "Seen", "acknowledged"],
      ["carol", "acknowledged", "already-acknowledged", "Seen", "acknowledged"],
    ]);
    const alone = await bodiesOf(cast(), repository, "break-glass-refused");
    expect(alone).toEqual([
      expect.objectContaining({
        by: expect.objectContaining({ login: bot.login }),
        refusal: expect.objectContaining({ rule: "not-a-person" }),
      }),
    ]);
  });

  it("acknowledge by a team's member, and not as long as membership cannot be read", async () => {
    const { bob, carol, github, installation, organization, scene } = cast();
    const team = organization.team("On call", bob);
    const policy = cast().policy(["breakGlass:", `  acknowledge: { teams: [${team.id}] }`]);
    const repository = await cast().repository("team", { ".github/countersign.yml": policy });
    await scene.settled();
    await push(cast(), repository, { "a.yaml": "a: 1\n" });
    const issue = trackingIssue(repository);
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass ack"))).toBe("not-authorised");

    const granted = installation.installation.permissions;
    installation.installation.permissions = Object.fromEntries(
      Object.entries(granted).filter(([name]) => name !== "members"),
    );
    github.office.revokeAll();
    const early = issue.comment(bob, "/break-glass ack");
    await scene.troubles();
    await scene.hurried();
    await scene.settled();
    const [told, ...more] = answersTo(issue, early);
    expect(ruleIn(told ?? "")).toBe("membership-unknown");
    expect(told).toContain("members: read");
    expect(more).toEqual([]);

    installation.installation.permissions = granted;
    github.office.revokeAll();
    const late = issue.comment(bob, "/break-glass ack");
    await scene.troubles();
    await scene.hurried();
    await scene.settled();
    expect(answersTo(issue, late)).toEqual([expect.stringContaining("Acknowledged")]);
    expect(await lastStep(cast(), repository)).toMatchObject({ by: "bob", to: "acknowledged", rule: null });
  });

  it("wait for the landing where a break-glass is only declared", async () => {
    const { alice, bob, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "only-declared");
    const pull = await cast().openPull(repository, "hotfix");
    await scene.settled();
    expect(ruleIn(await ask(cast(), pull, alice, "/break-glass the shop is down"))).toBeNull();
    const issue = trackingIssue(repository);
    for (const [thread, line] of [
      [issue, "/break-glass ack"],
      [pull, "/break-glass ack"],
      [issue, `/break-glass retro #${pull.number}`],
      [issue, "/break-glass extend 1h we are still at it"],
      [issue, "/break-glass reject it makes things worse"],
    ] as const) {
      expect([line, ruleIn(await ask(cast(), thread, carol, line))]).toEqual([line, "nothing-landed"]);
    }
    expect(ruleIn(await ask(cast(), pull, alice, "/break-glass the shop is down"))).toBe("already-declared");
    expect(ruleIn(await ask(cast(), pull, bob, "/break-glass close"))).toBe("not-authorised");
    expect(await ask(cast(), pull, alice, "/break-glass close")).toContain("The declaration is ended");
    expect(issue.state).toBe("closed");
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "withdrawn", by: "alice", rule: null });
  });

  it("extend within what the policy allows", async () => {
    const { alice, carol } = cast();
    const { repository, issue } = await pushed(cast(), "extend", {
      more: ["clocks: { extensions: { times: 2, longest: 4h } }"],
    });
    const asked = [
      [alice, "/break-glass extend 1h we are still at it", "not-authorised"],
      [carol, "/break-glass extend 5h we are still at it", "extension-too-long"],
      [carol, "/break-glass extend 4h we are still at it", null],
      [carol, "/break-glass extend 30m we are still at it", null],
      [carol, "/break-glass extend 30m and once more", "extensions-used-up"],
    ] as const;
    for (const [user, line, rule] of asked)
      expect([line, ruleIn(await ask(cast(), issue, user, line))]).toEqual([line, rule]);
    const steps = (await stepsIn(cast(), repository)).slice(1);
    expect(steps.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual(
      asked.map(([, , rule]) => `extended ${rule}`),
    );
  });

  it("close only what is done", async () => {
    const { admin, carol } = cast();
    const { repository, issue } = await pushed(cast(), "close");
    expect(ruleIn(await ask(cast(), issue, admin, "/break-glass close"))).toBe("not-authorised");
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-acknowledged");
    await ask(cast(), issue, carol, "/break-glass ack");
    expect(ruleIn(await ask(cast(), issue, carol, "/break-glass close"))).toBe("not-documented");
    expect(issue.state).toBe("open");
    expect(await lastStep(cast(), repository)).toMatchObject({ kind: "closed", rule: "not-documented" });
  });

  it("that cannot be read are refused by a rule, once, and are on record with their line", async () => {
    const { carol } = cast();
    const { repository, issue } = await pushed(cast(), "unreadable");
    const lines = [
      ["/breakglass ack", "unknown-command"],
      ["/break-glass-ack", "unknown-command"],
      ["/countersign dance", "unknown-command"],
      ["/break-glass akc", "keyword-misspelt"],
      ["/break-glass retro 12", "pull-request-malformed"],
      ["/break-glass extend soon we need it", "duration-malformed"],
      ["/break-glass extend 4h", "reason-missing"],
      ["/break-glass", "reason-missing"],
      ["/break-glass close now", "too-many-words"],
      [`/break-glass ack ${"x".repeat(2_000)}`, "text-too-long"],
      ["/break-glass ack\u202E drowssap", "hidden-text"],
    ] as const;
    for (const [line, rule] of lines)
      expect([line, ruleIn(await ask(cast(), issue, carol, line))]).toEqual([line, rule]);
    const refused = (await recordsIn(cast(), repository)).filter(
      ({ kind }) => kind === "break-glass-refused",
    );
    expect(refused.map(({ outcome }) => outcome)).toEqual(lines.map(([, rule]) => rule));
    const [first] = await bodiesOf(cast(), repository, "break-glass-refused");
    expect(first).toMatchObject({
      by: { login: "carol" },
      comment: { on: issue.number, text: "/breakglass ack" },
    });
    // The case itself is untouched by them.
    expect(await stepsIn(cast(), repository)).toHaveLength(1);
  });

  it("are answered where there is no case, and do nothing", async () => {
    const { alice, carol, scene } = cast();
    const repository = await emergencyRepository(cast(), "nothing-here");
    const pull = await cast().openPull(repository, "topic");
    await scene.settled();
    const before = (await recordsIn(cast(), repository)).length;
    const plain = repository.issue(alice, "A plain issue");
    for (const [thread, line] of [
      [plain, "/break-glass ack"],
      [plain, "/break-glass close"],
      [plain, "/break-glass the shop is down"],
      [pull, "/break-glass ack"],
      [pull, "/break-glass retro #1"],
    ] as const) {
      expect([line, await ask(cast(), thread, carol, line)]).toEqual([
        line,
        expect.stringMatching(/^No break-glass case belongs to this/),
      ]);
    }
    expect(await ask(cast(), plain, carol, "/countersign recheck")).toContain("only pull requests");
    expect(repository.issues()).toHaveLength(1);
    expect(await recordsIn(cast(), repository)).toHaveLength(before);
  });

  it("help and recheck", async () => {
    const { alice, github, scene } = cast();
    const repository = await emergencyRepository(cast(), "help");
    const pull = await cast().openPull(repository, "topic");
    const issue = repository.issue(alice, "A plain issue");
    await scene.settled();
    for (const line of ["/break-glass help", "/countersign help", "/BREAK-GLASS  Help"]) {
      expect(await ask(cast(), issue, alice, line)).toContain("`/break-glass retro #N`");
    }
    // GitHub does not tell of the approval and the result.
    github.dropWebhooks(100);
    await cast().complete(repository, pull);
    github.dropWebhooks(0);
    await scene.settled();
    expect(cast().check(repository, pull.headOid).conclusion).toBe("failure");
    expect(await ask(cast(), pull, alice, "/countersign recheck")).toContain("looked at again");
    expect(cast().check(repository, pull.headOid).conclusion).toBe("success");
  });
});

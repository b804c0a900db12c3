import { expect, it } from "@jest/globals";
import type { PullRequestHandle, RepositoryHandle } from "../github/scenario.js";
import { type Cast, CHECKS, withCast } from "../support/cast.js";

const FILE = "countersign.yml";
const OWN = ".github/countersign.yml";
const MINUTE_MS = 60_000;

/** One account's policy through its revisions: each test goes on where the one before it ended. */
withCast("the policy of an account", governing);

function governing(cast: () => Cast): void {
  let keeper: RepositoryHandle;
  let shop: { readonly repository: RepositoryHandle; readonly pull: PullRequestHandle };

  const revised = (revision: number, ...lines: string[]): string =>
    [`version: 1`, `revision: ${revision}`, ...lines].map((line) => `${line}\n`).join("");
  /** What repositories without a policy of their own need, so that a good pull request passes. */
  const defaults = (): string[] => [
    "defaults:",
    `  results: [{ check: manifests, app: ${cast().conftest.id} }]`,
    `  protection: { bypassActors: [{ kind: user, id: ${cast().admin.account.id} }] }`,
  ];
  const publish = async (text: string | null): Promise<string> => {
    const oid = await cast().pushToBase(keeper, { [FILE]: text });
    await cast().scene.settled();
    cast().clock.advance(MINUTE_MS);
    return oid;
  };
  const verdictOn = ({ repository, pull }: typeof shop, name = "countersign") =>
    cast().check(repository, pull.headOid, name).conclusion;
  const said = ({ repository, pull }: typeof shop) => cast().said(repository, pull.headOid);

  it("is none as long as there is none, and nothing is said of it", async () => {
    const repository = await cast().repository("shop");
    shop = { repository, pull: await cast().greenPull(repository, "topic") };
    expect(verdictOn(shop)).toBe("success");
    expect(said(shop)).not.toContain("acme/.github");
    expect(said(shop)).not.toContain("organization-policy");
    keeper = await cast().organization.repository(".github");
    keeper.grant(cast().admin, "admin");
    await cast().scene.settled();
    expect(verdictOn(shop)).toBe("success");
  });

  it("judges every open pull request of the account as soon as it is there", async () => {
    const plain = await cast().repository("plain", { [OWN]: null });
    const pull = await cast().greenPull(plain, "topic");
    // The built-in lets nobody bypass protection.
    expect(cast().check(plain, pull.headOid).conclusion).toBe("failure");

    const oid = await publish(revised(1, ...defaults()));
    expect(cast().conclusions(plain, pull.headOid)).toEqual(
      Object.fromEntries(CHECKS.map((name) => [name, "success"])),
    );
    const page = cast().said(plain, pull.headOid);
    expect(page).toContain("the organization's defaults, because the base branch has no policy file");
    expect(page).toMatch(
      /Over it: \[`countersign.yml`\]\(\S+\) of `acme\/.github`, revision 1, digest `[0-9a-f]{16}`/,
    );
    expect(verdictOn(shop)).toBe("success");

    await cast().merge(pull, cast().bob);
    expect(await cast().records(pull)).toMatchObject([{ outcome: "passed", bypass: false }]);
    const [record] = await cast().records(pull);
    expect(JSON.parse(record?.body ?? "")).toMatchObject({
      decision: {
        policy: {
          source: "organization",
          organization: { place: "acme/.github", revision: 1, digest: expect.any(String), commitOid: oid },
        },
      },
    });
  });

  it("makes a looser policy red with both lines, and judges in its place", async () => {
    const loose = await cast().repository("loose", { [OWN]: cast().policy(["review:", "  approvals: 1"]) });
    const one = { repository: loose, pull: await cast().greenPull(loose, "topic") };
    expect(verdictOn(one)).toBe("success");

    await publish(revised(2, ...defaults(), "enforced:", "  review: { approvals: 2 }"));
    expect(verdictOn(one)).toBe("failure");
    const line = cast().policy().split("\n").length + 1;
    const page = said(one);
    expect(page).toContain(`line ${line} of .github/countersign.yml is 1 where at least 2 is enforced`);
    expect(page).toContain("line 7 of countersign.yml of acme/.github &#40;revision 2&#41;");
    expect(cast().check(loose, one.pull.headOid).annotations).toContainEqual(
      expect.objectContaining({ path: OWN, start_line: line }),
    );
    // The tighter of both judges, there and where nothing was said.
    expect(verdictOn(one, "countersign/review")).toBe("action_required");
    expect(verdictOn(shop, "countersign/review")).toBe("action_required");
    expect(said(shop)).not.toContain("organization-policy-loosened");

    one.pull.review(cast().carol, "APPROVE");
    shop.pull.review(cast().carol, "APPROVE");
    await cast().scene.settled();
    expect([verdictOn(one), verdictOn(shop)]).toEqual(["failure", "success"]);
  });

  it("reads a merge by the revision that held then, though another does by now", async () => {
    const repository = await cast().repository("landed");
    const pull = await cast().greenPull(repository, "topic");
    pull.review(cast().carol, "APPROVE");
    await cast().scene.settled();
    cast().clock.advance(MINUTE_MS);
    cast().github.webhooks.hold();
    await pull.merge(cast().bob);
    cast().clock.advance(MINUTE_MS);
    await cast().pushToBase(keeper, { [FILE]: revised(3, "enforced: { review: { approvals: 5 } }") });
    // Another pull request, by which the new revision is used first.
    shop.pull.review(cast().alice, "COMMENT", { body: "?" });
    await cast().github.webhooks.resume();
    await cast().scene.settled();
    await cast().scene.hurried();
    expect(verdictOn(shop)).not.toBe("success");
    const [record] = await cast().records(pull);
    expect(record).toMatchObject({ outcome: "passed", bypass: false });
    expect(JSON.parse(record?.body ?? "")).toMatchObject({
      decision: { policy: { organization: { revision: 2 } } },
    });
  });

  it("lets no older revision back in", async () => {
    await publish(revised(2, ...defaults(), "enforced:", "  review: { approvals: 2 }"));
    expect(cast().conclusions(shop.repository, shop.pull.headOid)).toEqual(
      Object.fromEntries(CHECKS.map((name) => [name, "failure"])),
    );
    expect(said(shop)).toMatch(/policy is revision 2 .{0,60}, but revision 3 .{0,60} has judged before/);
    expect(said(shop)).toContain("revision: 4");

    await publish(revised(4, ...defaults(), "enforced:", "  review: { approvals: 2 }"));
    expect(verdictOn(shop)).toBe("success");
  });

  it("fails everything at its lines where it cannot be used", async () => {
    await publish(revised(5, "enforce: {}"));
    expect(verdictOn(shop, "countersign/signatures")).toBe("failure");
    expect(said(shop)).toContain("countersign.yml of acme/.github, line 3: There is no key");
    await publish(revised(5, ...defaults()));
    expect(verdictOn(shop)).toBe("success");
  });

  it("does not let itself be broken, or changed under the same revision, by a pull request", async () => {
    const files = { [FILE]: revised(5, ...defaults(), "enforced: { mode: enforce }") };
    await keeper.push(cast().alice, "topic", { message: "Enforce", files, key: cast().aliceKey });
    const pull = await keeper.openPullRequest(cast().alice, {
      head: "topic",
      base: "main",
      title: "Enforce",
    });
    await cast().scene.settled();
    const one = { repository: keeper, pull };
    expect(verdictOn(one, "countersign/policy")).toBe("failure");
    expect(cast().check(keeper, pull.headOid).annotations).toContainEqual(
      expect.objectContaining({ path: FILE, start_line: 2, message: expect.stringContaining("revision: 6") }),
    );
    const raised = { [FILE]: revised(6, ...defaults(), "enforced: { mode: enforce }") };
    await pull.push(cast().alice, { message: "Raise it", files: raised, key: cast().aliceKey });
    await cast().scene.settled();
    expect(said(one)).toContain("organization-policy-changes");
    expect(said(one)).not.toContain("proposed-organization-policy-older");
  });

  it("is missed once it has judged, whether it is taken away or its repository", async () => {
    await publish(null);
    expect(verdictOn(shop)).toBe("failure");
    expect(said(shop)).toContain("Revision 5 of countersign.yml in acme/.github");
    expect(said(shop)).toContain("install the app on acme/.github");
    await publish(revised(5, ...defaults()));
    expect(verdictOn(shop)).toBe("success");

    await publish(revised(6));
    expect(verdictOn(shop)).toBe("success");
    expect(said(shop)).toContain("revision 6");

    keeper.settings.delete();
    await cast().scene.settled();
    expect(verdictOn(shop)).toBe("failure");
  });
}

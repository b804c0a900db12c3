import { expect, it } from "@jest/globals";
import { withCast } from "../../support/cast.js";
import type { RepositoryHandle } from "../../github/scenario.js";
import { emergencies, emergencyRepository, trackingIssue } from "./stage.js";

withCast("who may end a case", (cast) => {
  /** A pull request that brings files through every gate. */
  const mergeThroughGates = async (
    repository: RepositoryHandle,
    branch: string,
    files: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const { bob, scene } = cast();
    const pull = await cast().openPull(repository, branch, { push: { files } });
    await cast().complete(repository, pull);
    await scene.settled();
    await cast().merge(pull, bob);
    await scene.settled();
  };
  const policyWith = (ack: number): string =>
    cast().policy(
      emergencies(cast()).map((line) =>
        line.startsWith("  acknowledge:") ? `  acknowledge: { people: [${ack}] }` : line,
      ),
    );

  it("is said by a policy that came through its gates after the case was opened", async () => {
    const { admin, bob, scene } = cast();
    const repository = await emergencyRepository(cast(), "successor");
    await scene.settled();
    await repository.push(admin, "main", { message: "At night", files: { "a.yaml": "a: 1\n" } });
    await scene.settled();
    const issue = trackingIssue(repository);
    issue.comment(bob, "/break-glass ack I am on it");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("`not-authorised`");

    await mergeThroughGates(repository, "new-people", {
      ".github/countersign.yml": policyWith(bob.account.id),
    });
    issue.comment(bob, "/break-glass ack I am on it now");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("Acknowledged");
  });

  it("is not said by the policy that the emergency itself pushed, and no merge passes its gates by that", async () => {
    const { admin, bob, scene } = cast();
    const repository = await emergencyRepository(cast(), "usurper");
    await scene.settled();
    await repository.push(admin, "main", {
      message: "At night",
      files: { ".github/countersign.yml": policyWith(bob.account.id) },
    });
    await scene.settled();
    const harmless = await cast().openPull(repository, "harmless");
    await cast().complete(repository, harmless);
    await scene.settled();
    expect(cast().said(repository, harmless.headOid)).toContain("policy-in-doubt");
    const issue = trackingIssue(repository);
    issue.comment(bob, "/break-glass ack I am on it");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("`not-authorised`");
    // However it lands, it carries nobody's authority in.
    await cast().merge(harmless, admin);
    issue.comment(bob, "/break-glass ack Once more");
    await scene.settled();
    expect(issue.comments.at(-1)?.body).toContain("`not-authorised`");
  });
});

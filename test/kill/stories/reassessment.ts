import type { PullRequestHandle } from "../../github/scenario.js";
import type { ClassicRule } from "../../github/world/model.js";
import type { SshKey } from "../../support/signing.js";
import type { Story, Walk } from "../walk/walk.js";

const MINUTE_MS = 60_000;
/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:1/api/github/webhooks";
const PROTECTION = {
  adminEnforced: true,
  pullRequest: { approvals: 1, dismissStale: true, codeOwners: false, lastPushApproval: true },
  signatures: true,
};

/**
 * Protection is off while a change that had passed is merged, and on again before anybody looks: the merge is recorded as
 * passed. Then GitHub tells of it after all, and the merge is looked at again. It takes a clock that can be moved.
 */
export const reassessment =
  (aliceKey: () => SshKey): Story =>
  async (walk) => {
    const { repository, github, alice } = walk.killable;
    await repository.push(alice, "main", {
      ...{ message: "Policy", key: aliceKey() },
      files: {
        ".github/countersign.yml": "version: 1\nbreakGlass: { budget: { percent: 100, days: 1 } }\n",
        ".github/countersign/allowed_signers": `alice@example.com namespaces="git" ${aliceKey().publicKey}\n`,
      },
    });
    const bob = github.user("bob");
    repository.grant(bob, "write");
    const checks = [{ context: "countersign", appId: github.appId }];
    const rule = repository.protect("main", { ...PROTECTION, checks });
    await walk.restart();
    return async (round) => {
      const pull = await greenPull(walk, `topic-${round}`, { aliceKey: aliceKey(), bob });
      await mergeUnseen(walk, pull, rule);
      return {
        begin: () => walk.store.enqueue({ task: "redeliver", payload: { lookBack: "two-hours" } }),
        end: () => whatIsKnown(walk, pull),
      };
    };
  };

async function greenPull(
  walk: Walk,
  branch: string,
  { aliceKey, bob }: { readonly aliceKey: SshKey; readonly bob: Walk["killable"]["alice"] },
): Promise<PullRequestHandle> {
  const { repository, alice } = walk.killable;
  const files = { [`${branch}.yaml`]: "a: 1\n" };
  await repository.push(alice, branch, { message: "Change", files, key: aliceKey });
  const pull = await repository.openPullRequest(alice, { head: branch, base: "main", title: "Change" });
  pull.review(bob, "APPROVE");
  await walk.settled();
  return pull;
}

async function mergeUnseen(walk: Walk, pull: PullRequestHandle, rule: ClassicRule): Promise<void> {
  const { repository, github, organization, alice } = walk.killable;
  const { webhooks } = github;
  const { url } = webhooks;
  webhooks.url = NOWHERE;
  await walk.later(MINUTE_MS);
  repository.unprotect(rule);
  await walk.later(MINUTE_MS);
  await pull.merge(alice);
  await walk.later(MINUTE_MS);
  // Put back as it was: GitHub shows no difference.
  repository.repo.protections.push(rule);
  await webhooks.settled();
  webhooks.url = url;
  await walk.later(5 * MINUTE_MS);
  const { id, name, owner } = repository.repo;
  const place = { tenantId: organization.account.id, repository: { id, owner: owner.login, name } };
  await walk.store.enqueue({ task: "watch-branch", payload: { ...place, branch: "main" } });
  await walk.settled();
}

/** What it leaves behind undisturbed. */
export const REASSESSED = {
  merge: [
    { kind: "merge", bypass: false },
    { kind: "merge-reassessed", bypass: true },
  ],
  drifts: 1,
  cases: ["landed"],
  issues: 1,
};

async function whatIsKnown({ killable, store }: Walk, pull: PullRequestHandle): Promise<unknown> {
  const records = await store.listRecords(killable.organization.account.id, 0, 10_000);
  const merge = records.filter(
    ({ kind, pullNumber }) => kind.startsWith("merge") && pullNumber === pull.number,
  );
  const repositoryId = killable.repository.repo.id;
  const cases = await store.findCasesOfPullRequest(
    killable.organization.account.id,
    repositoryId,
    pull.number,
  );
  const told = (text: string): boolean => cases.some(({ id }) => text.includes(id));
  const drifts = records.filter(
    ({ kind, body }) => kind === "protection-drift" && body.includes(`#${pull.number}"`),
  );
  return {
    merge: merge.map(({ kind, bypass }) => ({ kind, bypass })),
    drifts: drifts.length,
    cases: cases.map(({ state }) => state),
    issues: killable.repository.issues().filter(({ title }) => told(title)).length,
  };
}

import type { Account, PullRequest, Repo } from "../model.js";
import { requirements } from "./protection.js";
import { tellPull, tellReview } from "../telling.js";
import type { World } from "../world.js";

function openPulls(world: World): PullRequest[] {
  return world.repositories.flatMap(({ pulls }) => pulls).filter(({ state }) => state === "open");
}

/** Open pull requests whose head the branch is follow it, and their approvals go where the rules of the base say so. */
export async function moveHeads(
  world: World,
  repo: Repo,
  branch: string,
  oid: string,
  actor: Account,
): Promise<void> {
  const pulls = openPulls(world).filter(
    ({ head, headOid }) => head.repo === repo && head.ref === branch && headOid !== oid,
  );
  for (const pull of pulls) await moveHead(world, pull, oid, actor);
}

async function moveHead(world: World, pull: PullRequest, oid: string, actor: Account): Promise<void> {
  const before = pull.headOid;
  await storeHead(pull, oid);
  pull.headOid = oid;
  pull.baseOid = (await pull.repo.git.tip(`refs/heads/${pull.baseRef}`)) ?? pull.baseOid;
  pull.lastPusher = actor;
  pull.updatedAt = world.now();
  const stale =
    requirements(pull.repo, pull.baseRef).reviews?.dismissStale === true
      ? dismissApprovals(world, pull, actor)
      : [];
  await tellPull(world, pull, actor, "synchronize", { before, after: oid });
  for (const entry of stale) tellReview(world, pull, entry, actor, "dismissed");
}

/** The head as the base repository keeps it, also of a fork. */
export async function storeHead(pull: PullRequest, oid: string): Promise<void> {
  const { git } = pull.repo;
  const ref = `refs/pull/${pull.number}/head`;
  if (pull.head.repo !== pull.repo) await git.fetch(pull.head.repo.git, `refs/heads/${pull.head.ref}`, ref);
  await git.setRef(ref, oid);
}

function dismissApprovals(world: World, pull: PullRequest, by: Account): PullRequest["reviews"] {
  const stale = pull.reviews.filter(({ state }) => state === "APPROVED");
  for (const entry of stale) {
    entry.dismissal = { at: world.now(), by, was: entry.state, message: null, commitOid: pull.headOid };
    entry.state = "DISMISSED";
  }
  return stale;
}

/** When a branch is deleted, the open pull requests from it or into it are closed. */
export async function closeOrphans(world: World, repo: Repo, branch: string, actor: Account): Promise<void> {
  const orphans = openPulls(world).filter(
    (pull) =>
      (pull.head.repo === repo && pull.head.ref === branch) ||
      (pull.repo === repo && pull.baseRef === branch),
  );
  for (const pull of orphans) {
    Object.assign(pull, { state: "closed", closedAt: world.now(), updatedAt: world.now() });
    await tellPull(world, pull, actor, "closed");
  }
}

/** A pull request whose head came to its base by a push is merged: by the pusher, with no rule asked. */
export async function mergeIndirectly(
  world: World,
  repo: Repo,
  branch: string,
  { before, after }: { readonly before: string; readonly after: string },
  actor: Account,
): Promise<void> {
  const arrived = new Set(await repo.git.between(before, after));
  const pulls = openPulls(world).filter(
    (pull) => pull.repo === repo && pull.baseRef === branch && arrived.has(pull.headOid),
  );
  for (const pull of pulls) {
    const oid = await broughtBy(repo, before, after, pull.headOid);
    const at = world.now();
    const merge = { oid, by: actor, at, commits: [oid] };
    Object.assign(pull, { state: "closed", closedAt: at, updatedAt: at, merge });
    await tellPull(world, pull, actor, "closed");
  }
}

/** The first commit of the branch's own line that holds `oid`: `oid` itself, or the merge that brought it. */
async function broughtBy(repo: Repo, before: string, after: string, oid: string): Promise<string> {
  const line = (await repo.git.run("rev-list", "--first-parent", "--reverse", `${before}..${after}`)).split(
    "\n",
  );
  for (const commit of line) if (await repo.git.isAncestor(oid, commit)) return commit;
  return after;
}

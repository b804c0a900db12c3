import { CHECK_NAMES } from "../killable.js";
import type { Story, Walk } from "../walk/walk.js";
import type { PullRequestHandle } from "../../github/scenario.js";

/** A pull request is opened and judged, and GitHub shows the verdict. */
export const evaluation: Story = async (walk) => {
  await walk.restart();
  return (round) => {
    let pull: PullRequestHandle | undefined;
    return Promise.resolve({
      begin: async () => {
        pull = await openPull(walk, `walk-${round}`);
      },
      end: () => judged(walk, pull),
    });
  };
};

/** Alice opens a pull request with one commit; nobody waits for what comes of it. */
export async function openPull(
  { killable: { repository, alice } }: Walk,
  branch: string,
): Promise<PullRequestHandle> {
  await repository.push(alice, branch, { message: "Change", files: { [`${branch}.yaml`]: "a: 1\n" } });
  return await repository.openPullRequest(alice, { head: branch, base: "main", title: "Change" });
}

/** What an evaluation left behind, save for what names this one pull request. */
async function judged({ killable, store }: Walk, pull: PullRequestHandle | undefined): Promise<unknown> {
  if (pull === undefined) throw new Error("nothing was opened");
  const decisions = await store.sql("SELECT 1 FROM decisions WHERE pull_number = $1", [pull.number]);
  const own = new RegExp(`(?:#|pull/)${pull.number}\\b|${pull.headOid.slice(0, 7)}[0-9a-f]*`, "g");
  const runs = killable.checkRuns(pull).map(({ name, conclusion, externalId, title, summary }) => ({
    ...{ name, conclusion, title },
    // The revision; what follows it is of what the check says, which names the pull request.
    externalId: externalId.replace(/:[0-9a-f]+$/, ""),
    summary: summary?.replaceAll(own, "its own"),
  }));
  return { runs, decisions: decisions.length };
}

/** What it leaves behind undisturbed. */
export const JUDGED = { runs: CHECK_NAMES.map((name) => ({ name })), decisions: 1 };

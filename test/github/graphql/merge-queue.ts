import { nodeId } from "../render/accounts.js";
import { queueSettings } from "../world/branches/merge-queue.js";
import type { QueuedGroup, Repo } from "../world/model.js";
import { fullName } from "../world/world.js";
import { CommitNode } from "./commit.js";
import { connection, type PageArguments } from "./connection.js";
import type { Context } from "./context.js";
import { PullRequestNode } from "./pull-request.js";

/** The merge queue of a branch; `null` where its rules demand none. */
export function mergeQueueNode(context: Context, repo: Repo, branch: string): object | null {
  context.need("merge_queues");
  const settings = queueSettings(repo, branch);
  const groups = repo.queue.filter(({ baseRef }) => baseRef === branch);
  if (settings === null && groups.length === 0) return null;
  const method = groups[0]?.method ?? settings?.method ?? "merge";
  const members = groups.flatMap((group) => group.members);
  return {
    __typename: "MergeQueue",
    id: nodeId("MergeQueue", `${repo.id}:${branch}`),
    url: `${context.world.url}/${fullName(repo)}/queue/${branch}`,
    configuration: {
      mergeMethod: method.toUpperCase(),
      mergingStrategy: settings?.allGreen === false ? "HEADGREEN" : "ALLGREEN",
    },
    entries: (page: PageArguments) =>
      connection(members, page, (some) => some.map((member) => entryNode(context, repo, member))),
  };
}

function entryNode(context: Context, repo: Repo, member: QueuedGroup["members"][number]): object {
  const commit = async (oid: string) => new CommitNode(context, repo, await repo.git.commitObject(oid));
  return {
    __typename: "MergeQueueEntry",
    id: nodeId("MergeQueueEntry", member.pull.id),
    baseCommit: () => commit(member.baseOid),
    headCommit: () => commit(member.oid),
    pullRequest: () => new PullRequestNode(context, member.pull),
  };
}

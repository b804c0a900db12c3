import { organization, simpleUser } from "../render/accounts.js";
import { fullPull, review as reviewJson, simplePull } from "../render/pulls.js";
import { repository } from "../render/repository.js";
import type { Json } from "./json.js";
import type { Account, PullRequest, Repo } from "./model.js";
import type { World } from "./world.js";

/**
 * Tells the world of something that happened in a repository; `details` may show the repository in a way of their own.
 * With `permissions`, only those hear of it who hold one of them.
 */
export function tell(
  world: World,
  repo: Repo,
  sender: Account,
  name: string,
  action: string | null,
  details: Json,
  permissions?: readonly string[],
): void {
  const payload = {
    ...(action === null ? {} : { action }),
    repository: repository(world, repo),
    ...details,
    ...(repo.owner.type === "Organization" ? { organization: organization(world, repo.owner) } : {}),
    sender: simpleUser(world, sender),
  };
  const needed = permissions === undefined ? {} : { permissions };
  world.emit({ name, action, account: repo.owner, repo, installation: null, payload, ...needed });
}

export async function tellPull(
  world: World,
  pull: PullRequest,
  sender: Account,
  action: string,
  details: Json = {},
): Promise<void> {
  const pullRequest = await fullPull(world, pull);
  tell(world, pull.repo, sender, "pull_request", action, {
    number: pull.number,
    pull_request: pullRequest,
    ...details,
  });
}

/** Tells of a review; webhooks write its state in lower case, REST in upper case. */
export function tellReview(
  world: World,
  pull: PullRequest,
  entry: PullRequest["reviews"][number],
  sender: Account,
  action: "submitted" | "dismissed" | "edited",
): void {
  const rendered = reviewJson(world, pull, entry);
  tell(world, pull.repo, sender, "pull_request_review", action, {
    review: { ...rendered, state: entry.state.toLowerCase() },
    pull_request: simplePull(world, pull),
    ...(action === "edited" ? { changes: {} } : {}),
  });
}

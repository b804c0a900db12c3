/** The handles by which tests and the demo move the world of a loopback GitHub. */
export { InstallationHandle } from "./scenario/installation.js";
export { CommentHandle, IssueHandle, type CommentOptions } from "./scenario/issue.js";
export { OrganizationHandle, type RepositoryOptions } from "./scenario/organization.js";
export { PullRequestHandle } from "./scenario/pull-request.js";
export type { PushOptions } from "./scenario/pushing.js";
export {
  RepositoryHandle,
  type AlertOptions,
  type CheckRunOptions,
  type ProtectionOptions,
} from "./scenario/repository.js";
export type { RulesetOptions } from "./scenario/ruleset.js";
export { TeamHandle } from "./scenario/team.js";
export { UserHandle } from "./scenario/user.js";

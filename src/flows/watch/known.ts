import type { BranchKey, KnownBranch } from "../../store/ports/branch-store.js";

/** The lock under which it is written where a branch stands. */
export const branchLock = ({ tenantId, repositoryId, branch }: BranchKey): string =>
  `branch:${tenantId}:${repositoryId}:${branch}`;

/** Whether a branch was accounted for by nobody since it was read. */
export const isSame = (one: KnownBranch | null, other: KnownBranch | null): boolean =>
  one?.tip === other?.tip &&
  one?.lastTip === other?.lastTip &&
  one?.policyOid === other?.policyOid &&
  one?.accountedAt.getTime() === other?.accountedAt.getTime();

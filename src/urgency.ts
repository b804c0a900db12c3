/**
 * How urgent work is: what lands soon, what someone works on now, and what is looked at in bulk. It says which jobs go
 * first, and how much of GitHub's limits each may use up.
 */
export const URGENCIES = ["merging", "ordinary", "bulk"] as const;
export type Urgency = (typeof URGENCIES)[number];

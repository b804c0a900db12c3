import type { CommandSubject } from "../../../store/jobs.js";

/** The part that every event has that someone asked for in a comment: which comment, when, and what it said. */
export const asked = ({ comment }: CommandSubject, why: string) => ({
  id: `comment:${comment.id}`,
  at: comment.at,
  why,
  source: { kind: "comment" as const, url: comment.url },
});

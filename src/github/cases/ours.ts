import { z } from "zod";

/** What issues and comments have in common, as far as it tells who wrote them. */
export const post = z.object({
  body: z.string().nullish(),
  user: z.object({ type: z.string() }).nullable(),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
});

/** What is looked for may have been written somewhat before the time we have of it: GitHub's clock is not ours. */
const CLOCK_SLACK_MS = 60 * 60_000;

const earliest = (since: Date): Date => new Date(since.getTime() - CLOCK_SLACK_MS);

/** The `since` that GitHub is asked with: ISO 8601 in whole seconds. */
export const since = (time: Date): string => `${earliest(time).toISOString().slice(0, 19)}Z`;

/** Whether something was written too early to be what is looked for. */
export const isBefore = (writtenAt: string, time: Date): boolean =>
  Date.parse(writtenAt) < earliest(time).getTime();

/**
 * Whether this app itself wrote it and the marker is in it. Anybody can copy a marker, and who signs in through the app
 * writes “via” it as well, but under their own account.
 */
export const holdsOurMarker = (
  { body, user, performed_via_github_app: app }: z.infer<typeof post>,
  appId: number,
  marker: string,
): boolean => app?.id === appId && user?.type === "Bot" && (body ?? "").includes(marker);

import type { Octokit } from "@octokit/rest";
import type { Clock } from "../../clock.js";
import { isCountersignError } from "../../errors.js";
import type { AuditLogSource, LoggedChange } from "../../facts/audit-log.js";
import { CATEGORIES, changesIn } from "./entries.js";

/** GitHub Enterprise Cloud and Server have it: https://docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#get-the-audit-log-for-an-organization */
const LOG = "GET /orgs/{org}/audit-log";
/** How much is read of each category, in pages of 100. */
const MOST_PAGES = 10;
/** A plan or a grant may change; asking each time would cost requests for nothing. */
const ASK_AGAIN_MS = 60 * 60_000;

/** The audit logs of all installations: remembers which of them are not to be had. */
export class AuditLogs {
  readonly #clock: Clock;
  readonly #closedUntil = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The log that an installation may read, with its client. */
  of(installationId: number, client: Octokit): AuditLogSource {
    return {
      protectionChanges: async (organization, since) => {
        const now = this.#clock.now().getTime();
        if (now < (this.#closedUntil.get(installationId) ?? 0)) return null;
        const changes = await readChanges(client, organization, since);
        if (changes === null) this.#closedUntil.set(installationId, now + ASK_AGAIN_MS);
        else this.#closedUntil.delete(installationId);
        return changes;
      },
    };
  }
}

/** `null` where the organization's plan has no such log (404), or the app was not granted it (403). */
async function readChanges(
  client: Octokit,
  organization: string,
  since: Date,
): Promise<LoggedChange[] | null> {
  const changes: LoggedChange[] = [];
  try {
    for (const category of Object.keys(CATEGORIES)) {
      changes.push(...(await readCategory(client, organization, phraseOf(category, since))));
    }
  } catch (error) {
    if (isCountersignError(error, "github-forbidden", "github-not-found")) return null;
    throw error;
  }
  return changes;
}

async function readCategory(client: Octokit, org: string, phrase: string): Promise<LoggedChange[]> {
  const changes: LoggedChange[] = [];
  let pages = 0;
  for await (const { data } of client.paginate.iterator(LOG, { org, phrase, per_page: 100 })) {
    changes.push(...changesIn(data));
    pages += 1;
    if (pages === MOST_PAGES) break;
  }
  return changes;
}

/** https://docs.github.com/enterprise-cloud@latest/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates */
const phraseOf = (category: string, since: Date): string =>
  `action:${category} created:>=${since.toISOString().slice(0, 19)}+00:00`;

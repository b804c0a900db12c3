import type { Octokit } from "@octokit/rest";

/** One attempt of GitHub to deliver a webhook. */
export interface DeliveryAttempt {
  /** Of the attempt; each has its own. */
  readonly id: number;
  /** Of the webhook: every attempt keeps it. */
  readonly guid: string;
  readonly deliveredAt: Date;
  /** Whether it was answered with a 2xx. GitHub's own filter for failures leaves out time-outs, so this is computed. */
  readonly ok: boolean;
}

const PAGE = 100;

/**
 * The app's own webhook deliveries, as GitHub lists them (`GET /app/hook/deliveries`); they reach back three days.
 * Every call's errors are CountersignErrors with a `github-*` code.
 */
export class HookDeliveries {
  readonly #client: Octokit;

  /** @param client acts as the app itself, not as one of its installations */
  constructor(client: Octokit) {
    this.#client = client;
  }

  /** The attempts since an instant, the newest first. */
  async *since(instant: Date): AsyncGenerator<DeliveryAttempt> {
    const pages = this.#client.paginate.iterator("GET /app/hook/deliveries", { per_page: PAGE });
    for await (const { data } of pages) {
      for (const { id, guid, delivered_at: at, status, status_code: code } of data) {
        const attempt = {
          id,
          guid,
          deliveredAt: new Date(at),
          ok: status === "OK" && code >= 200 && code < 300,
        };
        if (attempt.deliveredAt < instant) return;
        yield attempt;
      }
    }
  }

  /** Asks GitHub to deliver again what an attempt was to deliver. GitHub does so soon, not at once. */
  async redeliver({ id }: Pick<DeliveryAttempt, "id">): Promise<void> {
    await this.#client.request("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: id });
  }
}

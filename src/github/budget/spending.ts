import { AsyncLocalStorage } from "node:async_hooks";
import type { Urgency } from "../../urgency.js";
import type { Cost } from "./limits.js";

/**
 * On whose behalf requests are sent: how urgent the job under way is, and what it has set aside. It goes along with the
 * job by itself, since what is asked of GitHub is asked many calls further down.
 */
export class Spending {
  readonly urgency: Urgency;
  readonly #setAside: Cost[] = [];

  constructor(urgency: Urgency) {
    this.urgency = urgency;
  }

  /** Notes one request that was paid for beforehand. */
  setAside(cost: Cost): void {
    this.#setAside.push(cost);
  }

  /** Whether a request like this was paid for beforehand; then it is no longer. */
  drawSetAside({ resource, points, content }: Cost): boolean {
    const found = this.#setAside.findIndex(
      (cost) => cost.resource === resource && cost.points === points && cost.content === content,
    );
    if (found < 0) return false;
    this.#setAside.splice(found, 1);
    return true;
  }
}

const current = new AsyncLocalStorage<Spending>();

/** Does some work, whose requests to GitHub are as urgent as given. */
export function spendingAs<T>(urgency: Urgency, work: () => Promise<T>): Promise<T> {
  return current.run(new Spending(urgency), work);
}

/** On whose behalf this is; what no job asks for is ordinary. */
export const currentSpending = (): Spending => current.getStore() ?? new Spending("ordinary");

import { systemClock } from "../clock.js";
import { viewBudget } from "../github/budget/view.js";
import type { Store } from "../store/store.js";
import { type Command, parseOptions } from "./command.js";
import { type AccountBudget, budgetLines, queueLines } from "./status-text.js";
import { withStore } from "./with-store.js";

const usage = [
  "countersign status [--json]",
  "",
  "Shows how many jobs of each kind are due, wait for a later time and run, and what each account has left of",
  "GitHub's limits. --json prints one object.",
].join("\n");

/** The installation that the app itself is kept as. */
const THE_APP = 0;

/** Shows the queue's depth, and what is left of GitHub's limits. */
export const statusCommand: Command = {
  usage,
  run: (args) => {
    const { json } = parseOptions(args, { json: { type: "boolean", default: false } }, usage);
    return withStore(async (store) => {
      const [queue, budgets] = [await store.queueDepth(), await budgetsOf(store)];
      if (json) console.log(JSON.stringify({ queue, budgets }));
      else console.log([...queueLines(queue), "", ...budgetLines(budgets)].join("\n"));
      return 0;
    });
  },
};

async function budgetsOf(store: Store): Promise<AccountBudget[]> {
  const logins = new Map<number, string | null>([[THE_APP, null]]);
  for (const { installationId, login } of await store.listTenants()) logins.set(installationId, login);
  const at = systemClock.now();
  const stored = await store.listBudgets([...logins.keys()]);
  return stored.map(({ installationId, state }) => ({
    login: logins.get(installationId) ?? null,
    ...viewBudget(state, at),
  }));
}

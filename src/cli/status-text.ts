import type { BudgetView, HourView } from "../github/budget/view.js";
import type { QueueDepth } from "../store/queue/depth.js";

/** What an account has left, and whose it is; `login` `null`: the app itself. */
export interface AccountBudget extends BudgetView {
  readonly login: string | null;
}

const COLUMNS = ["due", "later", "running"] as const;
const TASK_WIDTH = 34;
const NUMBER_WIDTH = 9;

/** One line a kind of job, the most urgent first. */
export function queueLines(depths: readonly QueueDepth[]): string[] {
  if (depths.length === 0) return ["No job waits or runs."];
  const head = ["queue".padEnd(TASK_WIDTH), ...[...COLUMNS, "oldest"].map(right)].join("");
  return [
    head,
    ...depths.map((depth) => {
      const name = `${depth.urgency.padEnd(10)}${depth.task}`.padEnd(TASK_WIDTH);
      const oldest = depth.oldestMs === null ? "" : `${Math.round(depth.oldestMs / 1_000)} s`;
      return [name, ...COLUMNS.map((column) => right(String(depth[column]))), right(oldest)]
        .join("")
        .trimEnd();
    }),
  ];
}

const right = (text: string): string => text.padStart(NUMBER_WIDTH);

/** What is left of GitHub's limits, an account after the other. */
export function budgetLines(budgets: readonly AccountBudget[]): string[] {
  if (budgets.length === 0) return ["GitHub was asked nothing yet."];
  return budgets.flatMap(({ login, hourly, processes, atOnce, paused }) => [
    login ?? "the app itself",
    `  REST     ${hourText(hourly.core)}`,
    `  GraphQL  ${hourText(hourly.graphql)}`,
    ...(processes === 0 ? [] : [`  at once  ${atOnce} requests by each of ${processes} that asked of late`]),
    ...(paused === null ? [] : [`  PAUSED until ${paused.until.toISOString()}: ${paused.why}`]),
  ]);
}

function hourText(hour: HourView | null): string {
  if (hour === null) return "nothing was said of this hour yet";
  const until = hour.resetsAt.toISOString();
  return hour.remaining === 0
    ? `used up until ${until}`
    : `${hour.remaining} of ${hour.limit} left until ${until}`;
}

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { budgetLines } from "../../src/cli/status-text.js";
import { statusCommand } from "../../src/cli/status.js";
import { exhaust, hear, pause } from "../../src/github/budget/spend.js";
import { withProcess } from "../../src/github/budget/share.js";
import { UNKNOWN } from "../../src/github/budget/state.js";
import { viewBudget } from "../../src/github/budget/view.js";
import { AT } from "../store/samples.js";
import { type CommandLine, openCommandLine } from "./command-line.js";

const repository = { id: 64, owner: "octo", name: "deploy" };
const pull = (number: number) =>
  ({ task: "evaluate-pull-request", payload: { tenantId: 601, repository, number } }) as const;

describe("countersign status", () => {
  let line: CommandLine;
  beforeAll(async () => {
    line = await openCommandLine();
  });
  afterAll(() => line.close());

  it("says so where there is nothing to tell", async () => {
    expect(await line.run(statusCommand)).toEqual({
      code: 0,
      lines: ["No job waits or runs.\n\nGitHub was asked nothing yet."],
    });
  });

  it("shows jobs by kind, the most urgent first, and what each account has left", async () => {
    const { store } = line;
    const now = new Date();
    const later = new Date(now.getTime() + 3_600_000);
    await store.enqueue(pull(1));
    await store.enqueue(pull(2));
    await store.enqueue(pull(3), { runAt: later });
    await store.enqueue(pull(4), { urgency: "merging" });
    await store.enqueue({ task: "reconcile", payload: { tenantId: 601 } });
    await store.enqueue(pull(5));
    await store.sql(
      `UPDATE graphile_worker._private_jobs SET run_at = run_at - interval '90 seconds' WHERE key LIKE '%#1'`,
    );
    // Dead, and replaced while it ran: neither waits.
    await store.sql("UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key LIKE '%#5'");
    await store.saveTenant({ id: 601, login: "octo", installationId: 71, suspended: false, asOf: AT });
    await store.saveTenant({ id: 602, login: "acme", installationId: 72, suspended: false, asOf: AT });
    const told = hear(
      exhaust(UNKNOWN, "graphql", later.getTime(), now.getTime()),
      {
        resource: "core",
        window: { limit: 5_000, remaining: 4_321, resetsAt: later.getTime() },
        unchanged: false,
        tookMs: 10,
      },
      null,
      now.getTime(),
    );
    await store.writeBudget(71, 0, pause(told, later.getTime(), "GitHub said so", now.getTime()));
    await store.writeBudget(0, 0, UNKNOWN);
    await store.writeBudget(73, 0, UNKNOWN);

    const { lines } = await line.run(statusCommand);
    const hour = `left until ${later.toISOString()}`;
    expect(lines.join("\n").split("\n")).toEqual([
      expect.stringMatching(/^queue +due +later +running +oldest$/),
      expect.stringMatching(/^merging +evaluate-pull-request +1 +0 +0 +\d+ s$/),
      expect.stringMatching(/^ordinary +evaluate-pull-request +2 +1 +0 +9\d s$/),
      expect.stringMatching(/^bulk +reconcile +1 +0 +0 +\d+ s$/),
      "",
      "the app itself",
      "  REST     nothing was said of this hour yet",
      "  GraphQL  nothing was said of this hour yet",
      "octo",
      `  REST     4321 of 5000 ${hour}`,
      `  GraphQL  used up until ${later.toISOString()}`,
      `  PAUSED until ${later.toISOString()}: GitHub said so`,
    ]);

    const [json = ""] = (await line.run(statusCommand, "--json")).lines;
    expect(JSON.parse(json)).toMatchObject({
      queue: [
        { task: "evaluate-pull-request", urgency: "merging", due: 1, later: 0, running: 0 },
        { urgency: "ordinary", due: 2, later: 1 },
        { task: "reconcile", urgency: "bulk" },
      ],
      budgets: [
        { login: null, paused: null },
        {
          login: "octo",
          hourly: { core: { limit: 5_000, remaining: 4_321, resetsAt: later.toISOString() } },
        },
      ],
    });
  });

  it("says how many processes share what GitHub takes at once", () => {
    const now = new Date();
    const state = ["one", "two"].reduce((before, id) => withProcess(before, id, now.getTime()), UNKNOWN);
    const lines = budgetLines([{ login: "octo", ...viewBudget(state, now) }]);
    expect(lines.at(-1)).toBe("  at once  10 requests by each of 2 that asked of late");
  });

  it("has no word of an hour that nobody spoke of", () => {
    expect(budgetLines([])).toEqual(["GitHub was asked nothing yet."]);
  });
});

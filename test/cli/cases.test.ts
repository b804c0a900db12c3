import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Case } from "../../src/breakglass/case.js";
import { type CaseFile, writeCaseFile } from "../../src/breakglass/stored.js";
import { casesCommand } from "../../src/cli/cases.js";
import { UsageError } from "../../src/cli/command.js";
import { handlingOf } from "../../src/policy/break-glass.js";
import type { NewStoredCase } from "../../src/store/ports/case-store.js";
import { after, CASES, drive, make, OID, open } from "../breakglass/make.js";
import { AT } from "../store/samples.js";
import { aCase, anIssue, minutes } from "../store/tables/samples.js";
import { type CommandLine, openCommandLine } from "./command-line.js";

const ACME = 501;
const OTHER = 502;
const LANDED = CASES.landed();
const HOME = { id: 9, owner: "acme", name: "compliance" };

let line: CommandLine;
beforeAll(async () => {
  line = await openCommandLine();
  const tenant = { installationId: 1, suspended: false, asOf: AT };
  await line.store.saveTenant({ ...tenant, id: ACME, login: "Acme" });
  await line.store.saveTenant({ ...tenant, id: OTHER, login: "other", installationId: 2 });
});
afterAll(() => line.close());

function fileOf(subject: Case): CaseFile {
  return {
    version: 1,
    case: subject,
    handling: handlingOf(null),
    policyDigest: null,
    successor: null,
    repositoryUrl: "https://github.test/octo/deploy",
    how: "push",
    decision: null,
    changeRecordDigest: null,
    offer: null,
    appOpens: false,
  };
}

/** Stores a case as it stands, opened so many minutes after the others. */
async function save(id: string, at: number, subject: Case, changes: Partial<NewStoredCase> = {}) {
  const { state, breaches } = subject;
  await line.store.transaction((tx) =>
    tx.saveCase(
      aCase({
        tenantId: ACME,
        id,
        pullNumber: null,
        state,
        breached: breaches.length > 0,
        openedAt: minutes(at),
        ...writeCaseFile(fileOf(subject)),
        ...changes,
      }),
    ),
  );
}

async function track(caseId: string, number: number): Promise<void> {
  await line.store.transaction((tx) =>
    tx.wantIssue(anIssue({ tenantId: ACME, caseId, repository: HOME, digest: caseId })),
  );
  await line.store.beginIssue(ACME, caseId, 1, AT);
  await line.store.markIssuePosted(ACME, caseId, 1, number, AT);
}

const show = (...args: string[]) => line.run(casesCommand, ...args);

describe("countersign cases", () => {
  it("says nothing, and that nothing is wrong, where there are none", async () => {
    expect(await show()).toEqual({ code: 0, lines: [] });
  });

  describe("where there are some", () => {
    beforeAll(async () => {
      await save("bg-closed", 0, CASES.closed());
      await save("bg-declared", 1, CASES.declared(), { pullNumber: 42 });
      await save("bg-landed", 2, LANDED);
      await track("bg-landed", 7);
      await save("bg-reviewed", 3, CASES.reviewed());
      await save("bg-elsewhere", 4, CASES.withdrawn(), { tenantId: OTHER });
    });

    it("gives one line a case, the newest first, with its issue and what is due next", async () => {
      const { code, lines } = await show("--tenant", "acme");
      expect(code).toBe(0);
      const repository = "octo/deploy → main";
      const commit = OID.landed.slice(0, 12);
      expect(lines.map((text) => text.split(/ {2,}/))).toEqual([
        ["bg-reviewed", "reviewed", repository, commit, "no issue yet"],
        ["bg-landed", "landed", repository, commit, "issue acme/compliance#7", `acknowledge by ${after(1)}`],
        [
          "bg-declared",
          "declared",
          "octo/deploy#42 → main",
          commit,
          "no issue yet",
          `declaration by ${after(4)}`,
        ],
        ["bg-closed", "closed", repository, commit, "no issue yet"],
      ]);
    });

    it("leaves out what has ended, if asked to", async () => {
      const { lines } = await show("--open");
      expect(lines.map((text) => text.split(" ")[0])).toEqual(["bg-reviewed", "bg-landed", "bg-declared"]);
    });

    it("lists every tenant's, unless one is named", async () => {
      expect((await show()).lines).toHaveLength(5);
      expect((await show("--tenant", "OTHER")).lines).toEqual([expect.stringMatching(/^bg-elsewhere/)]);
      await expect(show("--tenant", "nobody")).rejects.toThrow(UsageError);
    });

    it("gives the whole case as JSON, one object a line", async () => {
      const { lines } = await show("--json", "--tenant", "acme");
      const parsed = lines.map((text): unknown => JSON.parse(text));
      expect(parsed).toHaveLength(4);
      expect(parsed[1]).toMatchObject({
        id: "bg-landed",
        tenant: { id: ACME, login: "Acme" },
        state: "landed",
        open: true,
        inBreach: false,
        branch: "main",
        issue: { repository: HOME, number: 7 },
        next: { clock: "acknowledge", dueAt: after(1) },
        deadlines: [{ clock: "acknowledge" }, { clock: "document" }, { clock: "review" }],
        intact: true,
        file: { version: 1, case: LANDED },
      });
    });

    it("refuses what it does not understand", () => {
      expect(() => casesCommand.run(["--opened"])).toThrow(UsageError);
    });
  });

  describe("ends with 1", () => {
    const late = () => drive(open(), make.breached({ at: after(1.5) }));

    it("while an open case is in breach, and not for a breach that what was owed came after", async () => {
      await save("bg-late", 10, drive(late(), make.acknowledged({ at: after(2) })));
      const made = await show("--open");
      expect(made.code).toBe(0);
      expect(made.lines[0]).toMatch(/^bg-late +acknowledged +was in breach +.*document by/);

      await save("bg-owed", 11, late());
      const owed = await show("--open");
      expect(owed.code).toBe(1);
      expect(owed.lines[0]).toMatch(
        new RegExp(`^bg-owed +landed +IN BREACH +.*acknowledge was due ${after(1)}$`),
      );
    });

    it("for a case that is not what its digest says, and still lists the others", async () => {
      await save("bg-broken", 12, CASES.closed(), { body: "{}", branch: "a\u202e\u001b[2Jb" });
      const { code, lines } = await show("--tenant", "acme");
      expect(code).toBe(1);
      expect(lines).toHaveLength(7);
      expect(lines[0]).toContain("BROKEN");
      expect(lines[0]).toContain("a\\u{202e}\\u{1b}[2Jb");
      const [json = ""] = (await show("--json")).lines;
      expect(JSON.parse(json)).toMatchObject({ id: "bg-broken", intact: false, file: null });
    });
  });
});

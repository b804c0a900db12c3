import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parseCommand } from "../../../src/breakglass/commands.js";
import { refuse, RULES } from "../../../src/breakglass/rules.js";
import { hours } from "../../../src/breakglass/time/duration.js";
import { type Answer, answer, type CaseCommand, COMMANDS } from "../../../src/report/case/answer.js";
import { CASES, drive, make } from "../../breakglass/make.js";
import { ISSUE_URL, mentionsIn, view } from "./make.js";

const DOCS = "https://docs.example/break-glass.md";
const accepted = (command: CaseCommand, subject = CASES.landed()): string =>
  answer({ kind: "accepted", command, view: view(subject) }, DOCS);

describe("the answer to a command that was taken", () => {
  it.each<[CaseCommand, ReturnType<(typeof CASES)["landed"]>, string, string]>([
    [{ kind: "declare", reason: "db is down" }, CASES.declared(), "until **2026-03-03 06:00 UTC**", "close"],
    [{ kind: "ack", note: "" }, CASES.acknowledged(), "documentation by 2026-03-04 02:00 UTC", "retro #N"],
    [{ kind: "retro", pullRequest: 8 }, CASES.documented(), "[Pull request 8](", "reject"],
    [
      { kind: "extend", duration: hours(2), reason: "still at it" },
      drive(CASES.landed(), make.extended()),
      "Extended by `2h`. Still owed: acknowledgement by 2026-03-03 05:00 UTC",
      "ack",
    ],
    [{ kind: "reject", reason: "not so" }, CASES.rejected(), "revert by 2026-03-04 06:00 UTC", ""],
  ])("says what it did, what is owed and what is next: %j", (command, subject, says, next) => {
    const text = accepted(command, subject);
    expect(text).toContain(says);
    expect(text).toContain("Next: ");
    expect(text).toContain(next === "" ? "Land a change" : `/break-glass ${next}`);
    expect(text).toContain(`[The tracking issue](${ISSUE_URL})`);
    expect(mentionsIn(text)).toEqual([]);
  });

  it("tells a closing from a withdrawal", () => {
    expect(accepted({ kind: "close" }, CASES.closed())).toContain("sealed");
    expect(accepted({ kind: "close" }, CASES.withdrawn())).toContain("declaration is ended");
    expect(accepted({ kind: "close" }, CASES.closed())).not.toContain("Next:");
  });

  it("links to no issue that there is not yet", () => {
    const text = answer(
      { kind: "accepted", command: { kind: "ack", note: "" }, view: view(undefined, { issueUrl: null }) },
      DOCS,
    );
    expect(text).not.toContain("tracking issue");
  });
});

describe("the answer to a command that was refused", () => {
  it.each(Object.keys(RULES) as (keyof typeof RULES)[])("names the rule and what helps: %s", (rule) => {
    const text = answer({ kind: "refused", refusal: refuse(rule, "It is mallory."), view: null }, DOCS);
    expect(text).toContain(`Refused by \`${rule}\`:`);
    expect(text).toContain("**What helps:**");
    expect(text).toContain(`[All rules](${DOCS}#why-something-is-refused)`);
    expect(mentionsIn(text)).toEqual([]);
    // Commands in our own sentences stay commands, and an angle bracket in them is seen.
    expect(text.match(/`[^`\n]+`/g)?.length ?? 0).toBe(
      1 + (`${RULES[rule].says}${RULES[rule].remedy}`.match(/`[^`]+`/g)?.length ?? 0),
    );
  });

  it("shows where to go on, where it belongs to a case", () => {
    const text = answer({ kind: "refused", refusal: refuse("involved"), view: view() }, null);
    expect(text).toContain("Next: ");
    expect(text).not.toContain("[All rules]");
  });

  it("answers what the grammar refuses", () => {
    const parsed = parseCommand("/break-glass retro seven");
    if (parsed === null || parsed.ok) throw new Error("it was not refused");
    const text = answer({ kind: "refused", refusal: parsed.refusal, view: null }, DOCS);
    expect(text).toContain("`/break-glass retro #123`");
  });
});

describe("the answer to a pull request that does not document the change", () => {
  const offer = (change: Partial<Extract<Answer, { kind: "offer-refused" }>>): string =>
    answer(
      {
        kind: "offer-refused",
        refusal: refuse("diff-not-covered"),
        view: view(CASES.acknowledged()),
        pullRequest: 9,
        differences: [],
        unfilled: [],
        ...change,
      },
      DOCS,
    );

  it("names what is missing, at most twenty paths", () => {
    const differences = Array.from({ length: 25 }, (_, index) => `src/file-${index}.ts (missing)`);
    const text = offer({ differences });
    expect(text.match(/^- `src\/file-\d+\.ts \(missing\)`$/gm)).toHaveLength(20);
    expect(text).toContain("- and 5 more");
    expect(offer({ differences: differences.slice(0, 20) })).not.toContain("more");
  });

  it("names the sections that say nothing", () => {
    expect(offer({ unfilled: ["Why", "Impact"] })).toContain("`Why`, `Impact`");
    expect(offer({})).not.toContain("Sections that");
  });

  it("stays short whatever the paths are called", () => {
    const differences = Array.from({ length: 20 }, () => `${"|@".repeat(2_000)} (extra)`);
    expect(Buffer.byteLength(offer({ differences }))).toBeLessThan(30_000);
    expect(mentionsIn(offer({ differences }))).toEqual([]);
  });
});

describe("other answers", () => {
  it("list every command that the grammar knows", () => {
    const help = answer({ kind: "help" }, DOCS);
    for (const [command, does, needs] of COMMANDS) {
      expect(help).toContain(`| \`${command}\` | ${does} | ${needs} |`);
      const line = command
        .replace("<reason>", "it is on fire")
        .replace("<duration>", "4h")
        .replace("#N", "#7");
      expect(parseCommand(line)?.ok).toBe(true);
    }
    expect(help).toContain(DOCS);
  });

  it("list the same commands as the reference", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../../docs/break-glass.md"), "utf8");
    const rows = page.match(/^\| `\/(?:break-glass|countersign).*$/gm) ?? [];
    const cells = rows.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(cells).toEqual(COMMANDS.map(([command, does, needs]) => [`\`${command}\``, does, needs]));
  });

  it("say that no case belongs here, and that the pull request is looked at again", () => {
    expect(answer({ kind: "not-here" }, null)).toContain("No break-glass case belongs to this");
    expect(answer({ kind: "rechecked" }, null)).toContain("looked at again");
    expect(answer({ kind: "nothing-to-check" }, null)).toContain("only pull requests are checked");
  });

  it.each<Answer>([
    { kind: "help" },
    { kind: "not-here" },
    { kind: "rechecked" },
    { kind: "nothing-to-check" },
  ])("are no commands themselves: %j", (what) => {
    expect(parseCommand(answer(what, DOCS))).toBeNull();
  });
});

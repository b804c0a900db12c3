import { ACTS } from "../../src/breakglass/event.js";
import { DUTIES } from "../../src/breakglass/roles.js";
import { RULES } from "../../src/breakglass/rules.js";
import { STATES, TABLE } from "../../src/breakglass/machine/table.js";

/** The tables of docs/break-glass.md, from the data that the code goes by. */

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${"---|".repeat(head.length)}`, ...rows.map(row)].join("\n");

function stateTable(): string {
  const rows = Object.entries(TABLE).map(([kind, cells]) => [
    `**${kind}**`,
    ...STATES.map((state) => {
      const cell = cells[state];
      if (typeof cell === "string") return `\`${cell}\``;
      return cell.length === 1 && cell[0] === state ? "stays" : `→ ${cell.join(", ")}`;
    }),
  ]);
  return table(["event", ...STATES], rows);
}

function dutyTable(): string {
  const yes = (needed: boolean): string => (needed ? "yes" : "");
  const rows = Object.entries(DUTIES).map(([act, { grant, write, independent, undocumenting }]) => [
    act,
    Object.entries(ACTS).find(([, one]) => one === act)?.[0] ?? "",
    grant === null ? "" : `\`${grant}\``,
    yes(write),
    yes(independent),
    yes(undocumenting),
  ]);
  const head = [
    "act",
    "event",
    "needs the policy's grant",
    "write access",
    "no hand in the change",
    "did not document it",
  ];
  return table(head, rows);
}

const ruleTable = (): string =>
  table(
    ["rule", "says", "remedy"],
    Object.entries(RULES).map(([rule, { says, remedy }]) => [`\`${rule}\``, says, remedy]),
  );

export const TABLES = { states: stateTable(), duties: dutyTable(), rules: ruleTable() };

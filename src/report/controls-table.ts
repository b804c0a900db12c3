import { type Control, type ControlId, CONTROLS, type Rule, RULES } from "../policy/controls.js";

/** The catalogue of controls as a Markdown table. */
export function controlsTable(): string {
  const rows = Object.entries<Control>(CONTROLS).map(
    ([id, { framework, version, requirement, title, formerly, url }]) =>
      `| \`${id}\` | [${framework} ${version}](${url}), ${requirement} | ${title} | ${formerly === null ? "" : `\`${formerly}\``} |`,
  );
  return ["| Control | Framework | What it asks for | Formerly |", "|---|---|---|---|", ...rows].join("\n");
}

/** Which rule is evidence for which controls, as a Markdown table. */
export function rulesTable(): string {
  const rows = Object.entries<Rule>(RULES).map(
    ([name, { gate, claim, controls }]) =>
      `| \`${name}\` | ${gate} | ${claim} | ${controls.map(asCode).join(" ")} |`,
  );
  return ["| Rule | Gate | What it shows | Evidence for |", "|---|---|---|---|", ...rows].join("\n");
}

const asCode = (id: ControlId): string => `\`${id}\``;

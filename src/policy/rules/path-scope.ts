import type { Fact } from "../../facts/facts.js";
import type { Decision, Finding, Gate } from "../finding.js";
import type { Policy } from "../document.js";
import type { Scope } from "./path-scope/scope.js";
import { advice, noted, passed } from "./build.js";

const RULE = "path-scope";
const OUTSIDE = "outside";
const NAMED = 3;

/** That a gate asks nothing of a change, and of what: both lists are for whoever has to believe it. */
export function outsideFinding(gate: Gate, scope: Scope, { paths }: Pick<Policy, "paths">): Finding {
  const changes = scope.total === 0 ? "It changes no file" : `It changes ${some(scope)}`;
  const gated = some({ paths, total: paths.length });
  const message = `Outside of what the policy gates. ${changes}; gated are ${gated}, and what the gates rest on.`;
  return passed(RULE, { gate, subject: "paths", reason: OUTSIDE, message });
}

/** Why a change is gated where the policy does not gate everything. Nothing where it does. */
export function scopeNotes(scope: Fact<Scope> | null): Finding[] {
  if (scope === null) return [];
  if (!scope.known) {
    const { message, remedy } = scope.reason;
    return [
      note("paths-not-read", `What it touches is not known, so all of it is gated. ${message}`, remedy),
    ];
  }
  switch (scope.value.kind) {
    case "outside":
      return [
        note("outside-in-doubt", "It touches nothing that the policy gates, but the policy is in doubt."),
      ];
    case "path-gated":
      return [note("path-gated", `Gated, for it changes ${some(scope.value)}.`)];
    case "link-gated":
      return [
        note(
          "link-gated",
          `Every change is gated, for ${some(scope.value)} is a symbolic link: what is read through it is not known.`,
          "Put the files themselves where the policy's paths are, or name what the link leads to and take the link away.",
        ),
      ];
    case "nothing-gated":
      return [
        note(
          "nothing-gated",
          `Every change is gated, for no file has any of the policy's paths: ${some(scope.value)}.`,
          "Correct `paths` in the policy file, or take it out.",
        ),
      ];
  }
}

/** Whether a change passed for being outside of what its policy gates, and not because its gates were shown to pass. */
export const isOutside = ({ outcome, gates }: Pick<Decision, "outcome" | "gates">): boolean =>
  outcome === "passed" && gates.every(({ findings }) => findings.some(isOutsideFinding));

export const isOutsideFinding = ({ rule, reason }: Pick<Finding, "rule" | "reason">): boolean =>
  rule === RULE && reason === OUTSIDE;

/** What a decision is stored and counted as. */
export const outcomeName = (decision: Decision): Decision["outcome"] | "outside" =>
  isOutside(decision) ? "outside" : decision.outcome;

function note(reason: string, message: string, remedy?: string): Finding {
  return noted(RULE, { subject: "paths", reason, message }, remedy === undefined ? null : advice(remedy));
}

function some({ paths, total }: Pick<Scope, "paths" | "total">): string {
  const listed = paths.slice(0, NAMED).join(", ");
  return total > NAMED ? `${listed} and ${total - NAMED} more` : listed;
}

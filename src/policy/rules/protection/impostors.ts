import type { ChangeFacts, ResultFact } from "../../../facts/facts.js";
import { CHECK_NAME } from "../../document.js";
import type { Finding } from "../../finding.js";
import { advice, noted } from "../build.js";

/** The most that are named one by one: anyone with a token can report as many as they like. */
const NAMED = 5;

/**
 * Results under the app's own names that are not its own. They count for nothing here; on GitHub they would count where
 * the check is demanded from any source, which is another finding. That someone tried is worth knowing.
 */
export function impostorFindings({ results, appId }: Pick<ChangeFacts, "results" | "appId">): Finding[] {
  if (!results.known) return [];
  const impostors = results.value.filter((result) => isOurs(result.name) && !isFrom(result, appId));
  const unique = new Map(impostors.map((result) => [`${result.name} ${reporterOf(result)}`, result]));
  const findings = [...unique.values()].slice(0, NAMED).map(impostor);
  return unique.size <= NAMED ? findings : [...findings, others(unique.size - NAMED)];
}

const isOurs = (name: string): boolean => {
  const plain = name.trim().toLowerCase();
  return plain === CHECK_NAME || plain.startsWith(`${CHECK_NAME}/`);
};

/** The app sets no commit statuses, so one under its name is never its own. */
const isFrom = (result: ResultFact, appId: number): boolean =>
  result.kind === "check-run" && result.app?.id === appId;

function reporterOf(result: ResultFact): string {
  if (result.kind === "check-run")
    return result.app === null ? "an unknown app" : `the app ${result.app.slug} (id ${result.app.id})`;
  return result.creator === null ? "an unknown account" : `${result.creator.login} (id ${result.creator.id})`;
}

function impostor(result: ResultFact): Finding {
  const what = result.kind === "check-run" ? "check run" : "commit status";
  return noted(
    "own-check-required",
    {
      subject: result.name,
      reason: "impostor-check",
      message: `A ${what} called ${result.name} came from ${reporterOf(result)} and not from this app. It counts for nothing.`,
    },
    advice(
      "Ask whoever runs it why it goes by this name, and have GitHub demand the check from this app only.",
    ),
  );
}

const others = (count: number): Finding =>
  noted("own-check-required", {
    subject: "check runs and statuses",
    reason: "impostor-check",
    message: `${count} more under this app's names came from others. They count for nothing.`,
  });

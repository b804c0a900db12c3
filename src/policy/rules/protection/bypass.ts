import type { BypassActor } from "../../../facts/facts.js";
import type { Policy } from "../../document.js";
import type { Finding } from "../../finding.js";
import { advice, failed, passed, unclear, waived } from "../build.js";
import type { Source } from "./sources.js";
import type { Requirement } from "./requirements.js";

/** How far a source can be relied on for one requirement, best first. */
const STANDINGS = ["firm", "accepted", "unreadable", "bypassable"] as const;
type Standing = (typeof STANDINGS)[number];

interface Reliance {
  readonly source: Source;
  readonly requirement: Requirement;
  readonly standing: Standing;
}

/**
 * Judges who can get around what the policy relies on.
 *
 * For each requirement the best of the sources that meet it is what counts: someone who can bypass one ruleset is
 * still bound by another. Two sources that can each be bypassed do not add up to a firm one, because a person, a
 * team and a role on the two lists may be the same people.
 */
export function bypassFindings(
  met: readonly { requirement: Requirement; sources: readonly Source[] }[],
  policy: Policy,
): Finding[] {
  const reliances = met.flatMap(({ requirement, sources }) => reliedOn(requirement, sources, policy));
  const weak = [
    ...new Set(reliances.filter(({ standing }) => standing !== "firm").map(({ source }) => source)),
  ];
  if (weak.length > 0) return weak.flatMap((source) => complaints(source, reliances, policy));
  if (met.length === 0) return [];
  const message = "Nobody can bypass what the policy relies on, except those it names.";
  return [passed("bypass-actors", { subject: "bypass", reason: "nobody-can-bypass", message })];
}

function reliedOn(requirement: Requirement, sources: readonly Source[], policy: Policy): Reliance[] {
  const all = sources.map((source) => ({
    source,
    requirement,
    standing: standingOf(source, requirement, policy),
  }));
  const best = STANDINGS.find((standing) => all.some((reliance) => reliance.standing === standing));
  return all.filter((reliance) => reliance.standing === best);
}

function standingOf(source: Source, requirement: Requirement, policy: Policy): Standing {
  if (refusedActors(source, requirement, policy).length > 0) return "bypassable";
  if (source.adminsExempt && policy.protection.adminsIncluded) return "bypassable";
  if (source.bypass.known) return "firm";
  return policy.protection.unreadableBypass === "accept" ? "accepted" : "unreadable";
}

function refusedActors(source: Source, requirement: Requirement, policy: Policy): BypassActor[] {
  const exempted =
    requirement.exemptedBy === "pull-request"
      ? source.pullRequestBypass
      : requirement.exemptedBy === "force-push"
        ? source.forcePushBypass
        : [];
  const general = source.bypass.known ? source.bypass.value : [];
  return [...general, ...exempted].filter((actor) => !isAllowed(actor, policy));
}

/** Names can be taken over, so only kind and id count; the three kinds that have no id of their own are whole groups. */
const isAllowed = (actor: BypassActor, policy: Policy): boolean =>
  policy.protection.bypassActors.some((allowed) =>
    "id" in allowed ? allowed.kind === actor.kind && allowed.id === actor.id : allowed.kind === actor.kind,
  );

function complaints(source: Source, reliances: readonly Reliance[], policy: Policy): Finding[] {
  const own = reliances.filter((reliance) => reliance.source === source && reliance.standing !== "firm");
  const standing = STANDINGS.findLast((one) => own.some((reliance) => reliance.standing === one));
  if (standing !== "bypassable") return [unreadable(source, standing === "accepted")];
  const actors = uniqueActors(own.flatMap(({ requirement }) => refusedActors(source, requirement, policy)));
  const exempt = source.adminsExempt && policy.protection.adminsIncluded ? [adminsExempt(source)] : [];
  return [...exempt, ...actors.map((actor) => canBypass(source, actor))];
}

const uniqueActors = (actors: readonly BypassActor[]): BypassActor[] => [
  ...new Map(actors.map((actor) => [`${actor.kind}/${actor.id ?? actor.name}`, actor])).values(),
];

function canBypass(source: Source, actor: BypassActor): Finding {
  const who = `${actor.kind} ${actor.name}${actor.id === null ? "" : ` (id ${actor.id})`}`;
  return failed("bypass-actors", {
    subject: who,
    reason: "bypass-actor",
    message: `${who} can bypass the ${source.label} (${actor.mode}), and nothing else protects what it protects.`,
    remedy: advice(
      `Remove ${who} from the bypass list of the ${source.label}, or name it in protection.bypassActors of the policy.`,
      [],
      source.settingsUrl,
    ),
  });
}

const adminsExempt = (source: Source): Finding =>
  failed("bypass-actors", {
    subject: "administrators",
    reason: "admins-exempt",
    message: `The ${source.label} does not bind administrators.`,
    remedy: advice(
      "Tick “Do not allow bypassing the above settings” in the classic rule.",
      [],
      source.settingsUrl,
    ),
  });

function unreadable(source: Source, accepted: boolean): Finding {
  const message = `GitHub does not show this app who can bypass the ${source.label}.`;
  const remedy =
    "Grant the app “Administration: read and write” so that it can read bypass lists, or accept the gap with protection.unreadableBypass: accept.";
  if (!accepted) return unclear("bypass-actors", source.label, { code: "forbidden", message, remedy });
  return waived("bypass-actors", {
    subject: source.label,
    reason: "bypass-unreadable-accepted",
    message,
    remedy: advice(remedy, [], source.settingsUrl),
  });
}

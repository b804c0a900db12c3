/** One reason why something is refused: what is wrong, and what mends it. Both are whole sentences. */
interface RuleText {
  readonly says: string;
  readonly remedy: string;
}

/** Every rule that can refuse a step of a case. `docs/break-glass.md` shows the same; a test keeps them equal. */
export const RULES = {
  // Who may do it
  "not-a-person": {
    says: "Only people can do this, not apps and bots.",
    remedy: "A person has to do it under their own account.",
  },
  "nobody-authorised": {
    says: "The policy authorises nobody for this.",
    remedy: "Name people or teams by id in the policy, through a pull request that passes its gates.",
  },
  "not-authorised": {
    says: "The policy does not authorise this person for this.",
    remedy: "Ask someone whom the policy names.",
  },
  "membership-unknown": {
    says: "Whether this person belongs to an authorised team could not be read.",
    remedy:
      "Give the app the permission `members: read`, or name the person by id in the policy; then ask again.",
  },
  "write-access-missing": {
    says: "This person has no write access to the repository.",
    remedy: "Ask someone who has.",
  },
  "write-access-unknown": {
    says: "Whether this person has write access to the repository could not be read.",
    remedy: "Wait until GitHub answers again, then do it once more.",
  },
  involved: {
    says: "This person had a hand in the change, and so cannot be its control.",
    remedy: "Ask someone who had none.",
  },
  "involved-unknown": {
    says: "Who had a hand in the change is not fully known, so nobody can be shown to be independent of it.",
    remedy: "Mend what could not be read, then do it once more.",
  },
  "documenter-reviews": {
    says: "This person documented the change, and so cannot review that documentation.",
    remedy: "Ask someone who did neither.",
  },

  // When it may be done
  "already-declared": {
    says: "A break-glass is declared for this commit already.",
    remedy: "Merge, or end the declaration with `/break-glass close`.",
  },
  "nothing-landed": {
    says: "Nothing has landed yet.",
    remedy: "Wait until the change has landed; `/break-glass close` ends the declaration.",
  },
  "already-landed": {
    says: "The change has landed already.",
    remedy: "Drive the case to its end: acknowledgement, documentation, independent review.",
  },
  "another-change": {
    says: "This is another change than the case is about.",
    remedy: "It gets a case of its own.",
  },
  "already-acknowledged": {
    says: "The case is acknowledged already.",
    remedy: "Nothing has to be done.",
  },
  "not-acknowledged": {
    says: "The case is not acknowledged yet.",
    remedy: "An authorised person who had no hand in the change comments `/break-glass ack`.",
  },
  "already-documented": {
    says: "Exactly this pull request at this commit documents the case already.",
    remedy: "Nothing has to be done.",
  },
  "not-documented": {
    says: "The case is not documented yet.",
    remedy: "Open the retroactive pull request, then comment `/break-glass retro #N`.",
  },
  "diff-unknown": {
    says: "Whether the pull request shows what landed could not be read.",
    remedy: "Wait until GitHub answers again, then ask again.",
  },
  "diff-not-covered": {
    says: "The pull request does not show exactly what landed.",
    remedy: "Set its base to the commit before and its head to what landed, then ask again.",
  },
  "template-unfilled": {
    says: "The pull request does not say everything that it has to.",
    remedy: "Fill in what was changed, why, impact and follow-up, then ask again.",
  },
  "already-reviewed": {
    says: "This person has approved this commit already.",
    remedy: "Nothing has to be done.",
  },
  "not-reviewed": {
    says: "There is no such review, or not enough independent approvals of the commit that documents the case.",
    remedy: "Someone who had no hand in the change approves the retroactive pull request as it is now.",
  },
  "review-before-landing": {
    says: "This review was given before the change landed.",
    remedy: "Review what landed.",
  },
  "already-rejected": {
    says: "The change is rejected already.",
    remedy: "Land its revert.",
  },
  "revert-owed": {
    says: "The change was rejected, and its revert has not landed.",
    remedy: "Land the revert; a rejection cannot be taken back.",
  },
  "already-reverted": {
    says: "The change is reverted already.",
    remedy: "Nothing has to be done.",
  },
  "not-reverted": {
    says: "The change is not reverted.",
    remedy: "Nothing has to be done.",
  },
  "nothing-to-extend": {
    says: "No clock is running.",
    remedy: "A deadline that has passed cannot be extended: do what is owed.",
  },
  "extensions-used-up": {
    says: "The case has been extended as often as the policy allows.",
    remedy: "Do what is owed.",
  },
  "extension-too-long": {
    says: "This extension is longer than the policy allows.",
    remedy: "Ask for a shorter one.",
  },
  "clock-met": {
    says: "What this clock waits for has been done.",
    remedy: "Nothing has to be done.",
  },
  "clock-not-due": {
    says: "This clock is not due.",
    remedy: "Nothing has to be done.",
  },
  "already-breached": {
    says: "This breach is recorded already.",
    remedy: "Do what is owed.",
  },
  "case-closed": {
    says: "The case is closed and sealed.",
    remedy: "What happens from now on belongs to another case.",
  },
  "case-withdrawn": {
    says: "The case was withdrawn.",
    remedy: "Declare again with `/break-glass <reason>` on the pull request.",
  },

  "too-many-refused": {
    says: "Ten commands of this person were refused here within an hour.",
    remedy:
      "Read `/countersign help`. Further ones are not answered until an hour has passed; people with write access are always heard.",
  },

  // How it is written
  "unknown-command": {
    says: "There is no such command.",
    remedy: "`/countersign help` lists the commands.",
  },
  "hidden-text": {
    says: "The line holds text that readers do not see.",
    remedy: "Type the command by hand, without invisible characters or HTML comments.",
  },
  "reason-missing": {
    says: "The command needs a reason.",
    remedy: "Say why in the same line, in at least two words.",
  },
  "keyword-misspelt": {
    says: "The first word looks like a misspelt command.",
    remedy: "Spell it right, or begin the reason with another word.",
  },
  "pull-request-malformed": {
    says: "The command takes the number of a pull request of this repository, and nothing else.",
    remedy: "Write `/break-glass retro #123`.",
  },
  "duration-malformed": {
    says: "The command takes a duration first.",
    remedy: "Write `/break-glass extend 4h <reason>`: minutes `m`, hours `h`, days `d`, business days `bd`.",
  },
  "too-many-words": {
    says: "The command takes nothing after it.",
    remedy: "Write it alone; a reason for a break-glass has to begin with another word.",
  },
  "text-too-long": {
    says: "The line is too long.",
    remedy: "Keep it under 1,000 characters, and write more below it.",
  },
} as const satisfies Record<string, RuleText>;

export type Rule = keyof typeof RULES;

/** What a refused person is told. Plain text that may hold what strangers wrote: `report/` escapes it. */
export interface Refusal {
  readonly rule: Rule;
  readonly message: string;
  readonly remedy: string;
}

/** Refuses by a rule; `detail` is a sentence that names who or what in this case. */
export function refuse(rule: Rule, detail?: string): Refusal {
  const { says, remedy } = RULES[rule];
  return { rule, message: detail === undefined ? says : `${says} ${detail}`, remedy };
}

/** A button on a check run. GitHub's limits: label and identifier 20 characters, description 40, three buttons. */
export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

/** What a button is called when GitHub tells that someone pressed it. */
export const RECHECK = "recheck";
export const HOW_TO_SIGN = "how-to-sign";

const recheck: CheckAction = {
  label: "Re-check",
  description: "Look at the pull request again",
  identifier: RECHECK,
};
const howToSign: CheckAction = {
  label: "How to sign",
  description: "Answer with the set-up, in a comment",
  identifier: HOW_TO_SIGN,
};

/** The buttons of a check run; help with signing where it says something of signatures that did not pass. */
export const actionsOf = (signaturesWanting: boolean): readonly CheckAction[] =>
  signaturesWanting ? [recheck, howToSign] : [recheck];

import type { Account } from "../../facts/facts.js";
import { prose, who } from "./phrases.js";

/** What someone did to a tracking issue, and what the app does about it. */
export interface IssueChange {
  /** One sentence. */
  readonly what: string;
  readonly response: "restored" | "opened-again" | "made-anew" | "noted";
}

const RESPONSES: Readonly<Record<IssueChange["response"], string>> = {
  restored: "It is put back as the records say.",
  "opened-again": "The case is not closed, so the issue is opened again; `/break-glass close` closes both.",
  "made-anew": "The case goes on in a new issue.",
  noted: "Nothing has to be done.",
};

/** The comment that tells of it, for flows; without its marker. */
export const issueChangeComment = (by: Account | null, { what, response }: IssueChange): string =>
  `ℹ️ ${prose(what)} By ${who(by)}. ${RESPONSES[response]} What the issue says decides nothing, and who changed it is on record.`;

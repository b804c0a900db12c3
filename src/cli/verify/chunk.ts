import { mergeTagsOf } from "../../signatures/object/mergetags.js";
import { formatOf, objectId, type ObjectType } from "../../signatures/object/split.js";
import type { SignatureRules } from "../../signatures/rules.js";
import type { Trust } from "../../signatures/trust.js";
import type { SignatureVerdict } from "../../signatures/verdict.js";
import { verifyObject } from "../../signatures/verify.js";
import { jsonLine, textLine } from "./output/line.js";
import { count, emptyTally, type Tally } from "./tally.js";

/** One object to verify. */
export interface Subject {
  readonly type: ObjectType;
  readonly oid: string;
  readonly raw: Uint8Array;
}

/** By what, as of when, and how it is shown. */
export interface Question {
  readonly trust: Trust;
  readonly rules: SignatureRules;
  readonly at: Date;
  readonly json: boolean;
}

/** What is said of some objects, and how they stand. */
export interface Answered {
  /** Whole lines (UTF-8), in the order of the objects; bytes, since they can change threads without a copy. */
  readonly lines: Uint8Array<ArrayBuffer>;
  readonly tally: Tally;
}

/**
 * Verifies objects and puts the verdicts into lines. The same on every thread, so that the output does not depend on
 * how many there are.
 */
export function verifyChunk(subjects: readonly Subject[], question: Question): Answered {
  const tally = emptyTally();
  let text = "";
  for (const subject of subjects) {
    const verdict = verify(subject, question);
    count(tally, verdict);
    const embedded = embeddedTags(subject).map((tag) => verify(tag, question));
    text += question.json ? jsonLine(verdict, embedded) : textLine(verdict, embedded);
  }
  return { lines: new TextEncoder().encode(text), tally };
}

const verify = (subject: Subject, { trust, rules, at }: Question): SignatureVerdict =>
  verifyObject(subject, trust, at, { rules });

/** The signed tags that a merge embeds. Nothing says their ids but their bytes. */
function embeddedTags({ type, oid, raw }: Subject): Subject[] {
  const format = formatOf(oid);
  if (type !== "commit" || format === null) return [];
  return mergeTagsOf(raw).map((tag) => ({ type: "tag", oid: objectId("tag", tag, format), raw: tag }));
}

import { differences, diffOf } from "../../../breakglass/diff.js";
import type { Case } from "../../../breakglass/case.js";
import type { RetroactiveOffer } from "../../../facts/case-source.js";
import type { Fact, RepositoryRef } from "../../../facts/facts.js";
import { known } from "../../../facts/facts.js";
import type { Installation } from "../../../github/github.js";
import { unfilledSections } from "../../../report/case/retroactive/unfilled.js";

/** What a pull request that is to document a change says of it. */
export interface OfferReading {
  readonly offer: RetroactiveOffer;
  /** Paths of which it does not show exactly what landed. */
  readonly differences: Fact<readonly string[]>;
  /** Sections of the template that say nothing. */
  readonly unfilled: readonly string[];
}

/**
 * Reads whether a pull request shows exactly what landed, and says what it has to. The pull request that is the change
 * itself shows it by its nature. `null`: there is no such pull request in the case's repository.
 */
export async function readOffer(
  { retroactive }: Pick<Installation, "retroactive">,
  { repository, pullNumber }: { readonly repository: RepositoryRef; readonly pullNumber: number | null },
  landing: NonNullable<Case["landing"]>,
  number: number,
): Promise<OfferReading | null> {
  const offer = await retroactive.readOffer(repository, number);
  if (offer === null) return null;
  const differing =
    number === pullNumber ? known([]) : await readDifferences(retroactive, repository, landing, offer);
  return { offer, differences: differing, unfilled: unfilledSections(offer.body) };
}

async function readDifferences(
  retroactive: Installation["retroactive"],
  repository: RepositoryRef,
  { beforeOid, afterOid }: NonNullable<Case["landing"]>,
  { baseOid, headOid }: RetroactiveOffer,
): Promise<Fact<readonly string[]>> {
  const mergeBase = await retroactive.readMergeBase(repository, baseOid, headOid);
  if (!mergeBase.known) return mergeBase;
  const before = await retroactive.readTree(repository, beforeOid);
  const after = await retroactive.readTree(repository, afterOid);
  const base = await retroactive.readTree(repository, mergeBase.value);
  const head = await retroactive.readTree(repository, headOid);
  if (!before.known) return before;
  if (!after.known) return after;
  if (!base.known) return base;
  if (!head.known) return head;
  return known(differences(diffOf(before.value, after.value), diffOf(base.value, head.value)));
}

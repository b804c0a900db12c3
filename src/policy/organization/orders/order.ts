/**
 * What "as tight as" means for the values of one key. A preorder: every value is as tight as itself, and what is as tight
 * as something that is as tight as a third is as tight as the third.
 */
export interface Order<T> {
  /** Which value is the tighter, in a few words, as docs/organization-policy.md says it. */
  readonly words: string;
  /** `null`: `own` is as tight as `least`. Else what it lacks, as the end of a sentence that begins with the key. */
  lack(own: T, least: T): string | null;
  /** Where `own` lacks something: what is as tight as both if there is such a value, and `least` if there is none. */
  join(own: T, least: T): T;
}

/** What holds of a key: its own value where that is as tight as the least, else the tighter of both. */
export const tighter = <T>(order: Order<T>, own: T, least: T): T =>
  order.lack(own, least) === null ? own : order.join(own, least);

/** Of single values, where what lacks something gives way as a whole. */
export function total<T>(words: string, lack: Order<T>["lack"]): Order<T> {
  return { words, lack, join: (_own, least) => least };
}

/** `true` is tighter. */
export const mustBeTrue: Order<boolean> = total("`true` is tighter", (own, least) =>
  own || !least ? null : "is false where true is enforced",
);

/** `false` is tighter: what the key permits. */
export const mustBeFalse: Order<boolean> = total("`false` is tighter", (own, least) =>
  !own || least ? null : "is true where false is enforced",
);

export const atLeast: Order<number> = total("more is tighter", (own, least) =>
  own >= least ? null : `is ${own} where at least ${least} is enforced`,
);

export const atMost: Order<number> = total("less is tighter", (own, least) =>
  own <= least ? null : `is ${own} where at most ${least} is enforced`,
);

/** One of some words, from the mildest to the tightest. */
export function ranked<T extends string>(...words: readonly [T, T, ...T[]]): Order<T> {
  const said = `from mild to tight: ${words.map((word) => `\`${word}\``).join(", ")}`;
  return total(said, (own, least) =>
    words.indexOf(own) >= words.indexOf(least) ? null : `is ${own} where ${least} is enforced`,
  );
}

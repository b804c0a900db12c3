import type { Account } from "../facts/facts.js";
import { allowsGit, type AllowedSigner } from "./openssh/allowed-signers.js";
import { matchesPatternList } from "./openssh/patterns.js";
import { SignatureRefusal } from "./reasons.js";
import type { Holder } from "./trust.js";
import type { SignatureVerdict, Signer } from "./verdict.js";

/** Whom the object names as the one who made it, and the account that GitHub associates, where we know one. */
export interface Claimant {
  readonly email: string | null;
  readonly account: Account | null;
}

/** Who signed, by the best of the sources that know the key. */
export interface Binding {
  readonly signer: Omit<Signer, "fingerprint">;
  readonly identity: NonNullable<SignatureVerdict["identity"]>;
}

/** GitHub signs with its own key in this name whatever its users do in the browser: it vouches for no person. */
const FORGE_EMAIL = "noreply@github.com";

/**
 * Binds a trusted key to the person the object names. The forge's key is always the forge, wherever else it is
 * listed: otherwise anybody who can press GitHub's merge button would count as whoever holds that key.
 * `keyEmails`: the addresses that an OpenPGP key's owner certifies now.
 */
export function bind(holders: readonly Holder[], keyEmails: readonly string[], claimant: Claimant): Binding {
  const bindings = holders.map((holder) => bindTo(holder, keyEmails, claimant));
  const pick = (identity: Binding["identity"]): Binding | undefined =>
    bindings.find((binding) => binding.identity === identity);
  const best = pick("forge") ?? pick("committer") ?? pick("other");
  if (best === undefined) throw new SignatureRefusal("unknown-key");
  return best;
}

function bindTo(holder: Holder, keyEmails: readonly string[], claimant: Claimant): Binding {
  switch (holder.source) {
    case "allowed-signers": {
      const { principals } = holder.entry;
      const same =
        claimant.email !== null && matchesPatternList(normalizeList(principals), normalize(claimant.email));
      return binding("allowed-signers", same ? claimant.email : principals, null, same);
    }
    case "keyring":
      return bindToKeyring(
        keyEmails.filter((email) => holder.emails.includes(email)),
        claimant,
      );
    case "github-member": {
      const same = claimant.account !== null && claimant.account.id === holder.account.id;
      return binding("github-member", holder.account.login, holder.account, same);
    }
    case "forge":
      return forge("forge", holder.account.login, holder.account);
  }
}

function bindToKeyring(emails: readonly string[], claimant: Claimant): Binding {
  if (emails.some((email) => normalize(email) === FORGE_EMAIL)) return forge("keyring", FORGE_EMAIL, null);
  const { email: claimed } = claimant;
  const mine = emails.find((email) => claimed !== null && normalize(email) === normalize(claimed));
  return binding("keyring", mine ?? emails[0] ?? null, null, mine !== undefined);
}

function binding(
  source: Signer["source"],
  principal: string | null,
  account: Account | null,
  same: boolean,
): Binding {
  return { signer: { source, principal, account }, identity: same ? "committer" : "other" };
}

function forge(source: Signer["source"], principal: string, account: Account | null): Binding {
  return { signer: { source, principal, account }, identity: "forge" };
}

/** Addresses are equal up to the ASCII case of the domain; the part before the last `@` is the domain's own affair. */
export function normalize(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  return email.slice(0, at) + email.slice(at).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const normalizeList = (patterns: string): string => patterns.split(",").map(normalize).join(",");

/** What stands in the way of an entry at `signedAt`; `null`: nothing. All in seconds. */
function obstacle(entry: AllowedSigner, signedAt: number): SignatureRefusal["code"] | null {
  if (entry.certificateAuthority) return "certificate-authority-as-key";
  if (!allowsGit(entry)) return "namespace-not-allowed";
  if (entry.validAfter !== null && signedAt < entry.validAfter) return "key-not-yet-valid";
  if (entry.validBefore !== null && signedAt >= entry.validBefore) return "key-expired";
  return null;
}

/** The most telling obstacle first. */
const OBSTACLES = [
  "key-expired",
  "key-not-yet-valid",
  "namespace-not-allowed",
  "certificate-authority-as-key",
] as const;

/**
 * The holders of an SSH key that vouch for it at `signedAt`. Where allowed_signers lists the key, its bounds hold even
 * if an account registered the key too: whoever ended a key there must not be overruled by the key's owner.
 */
export function holdersAt(holders: readonly Holder[], signedAt: number): Holder[] {
  const entries = holders.flatMap((holder) => (holder.source === "allowed-signers" ? [holder.entry] : []));
  const obstacles = entries.map((entry) => obstacle(entry, signedAt));
  if (entries.length > 0 && !obstacles.includes(null)) {
    throw new SignatureRefusal(OBSTACLES.find((code) => obstacles.includes(code)) ?? "unknown-key");
  }
  return holders.filter(
    (holder) => holder.source !== "allowed-signers" || obstacle(holder.entry, signedAt) === null,
  );
}

/** Whether allowed_signers vouched at signing, and every entry that did has lapsed by `at` (seconds). */
export function lapsedSince(holders: readonly Holder[], at: number): boolean {
  const entries = holders.flatMap((holder) => (holder.source === "allowed-signers" ? [holder.entry] : []));
  const lapsed = entries.filter(({ validBefore }) => validBefore !== null && validBefore <= at);
  return entries.length > 0 && lapsed.length === entries.length;
}

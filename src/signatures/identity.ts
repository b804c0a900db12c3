import type { Account } from "../facts/facts.js";
import { allowsGit, type AllowedSigner } from "./openssh/allowed-signers.js";
import { isLiteral, matchesPatternList } from "./openssh/patterns.js";
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
export const FORGE_EMAIL = "noreply@github.com";

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
      const same = claimant.email !== null && matchesPrincipals(holder.entry, claimant.email);
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

/** Whom a certificate is bound to, and the entries that let its authority vouch for them. */
export interface CertificateBinding {
  readonly binding: Binding;
  readonly vouchers: readonly Holder[];
}

/**
 * Binds a certificate to the person the object names: the authority must be trusted, at `signedAt` (seconds), for one of
 * the certificate's principals at least, and that principal counts as the signer.
 */
export function bindCertificate(
  principals: readonly string[],
  authority: readonly Holder[],
  signedAt: number,
  { email }: Claimant,
): CertificateBinding {
  const holders = authority.filter((holder) => holder.source === "allowed-signers");
  const authorities = holders.filter(({ entry }) => entry.certificateAuthority);
  if (authorities.length === 0) throw new SignatureRefusal("unknown-key");
  const open = authorities.filter(({ entry }) => boundsOf(entry, signedAt) === null);
  if (open.length === 0) throw mostTelling(authorities.map(({ entry }) => boundsOf(entry, signedAt)));
  const vouchersOf = (name: string) => open.filter(({ entry }) => matchesPrincipals(entry, name));
  const vouched = principals.filter((principal) => vouchersOf(principal).length > 0);
  const mine = vouched.find((principal) => email !== null && normalize(principal) === normalize(email));
  const principal = mine ?? vouched[0];
  if (principal === undefined) throw new SignatureRefusal("certificate-principal-mismatch");
  const bound = binding("allowed-signers", principal, null, mine !== undefined);
  return { binding: bound, vouchers: vouchersOf(principal) };
}

function matchesPrincipals({ principals }: AllowedSigner, email: string): boolean {
  // Most lines name one address, and most commits write it in the same way.
  if (principals === email && isLiteral(email)) return true;
  return matchesPatternList(normalizeList(principals), normalize(email));
}

/** Addresses are equal up to the ASCII case of the domain; the part before the last `@` is the domain's own affair. */
export function normalize(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  return email.slice(0, at) + email.slice(at).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** `normalize` for each pattern of a list. */
export const normalizeList = (patterns: string): string => patterns.split(",").map(normalize).join(",");

/** What stands in the way of an entry at `signedAt`; `null`: nothing. All in seconds. */
function obstacle(entry: AllowedSigner, signedAt: number): SignatureRefusal["code"] | null {
  return entry.certificateAuthority ? "certificate-authority-as-key" : boundsOf(entry, signedAt);
}

function boundsOf(entry: AllowedSigner, signedAt: number): SignatureRefusal["code"] | null {
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

function mostTelling(obstacles: readonly (SignatureRefusal["code"] | null)[]): SignatureRefusal {
  return new SignatureRefusal(OBSTACLES.find((code) => obstacles.includes(code)) ?? "unknown-key");
}

/**
 * The holders of an SSH key that vouch for it at `signedAt`. Where allowed_signers lists the key, its bounds hold even
 * if an account registered the key too: whoever ended a key there must not be overruled by the key's owner.
 */
export function holdersAt(holders: readonly Holder[], signedAt: number): Holder[] {
  const obstacles: SignatureRefusal["code"][] = [];
  const open = holders.filter((holder) => {
    const found = holder.source === "allowed-signers" ? obstacle(holder.entry, signedAt) : null;
    if (found !== null) obstacles.push(found);
    return found === null;
  });
  const vouched = open.some(({ source }) => source === "allowed-signers");
  if (obstacles.length > 0 && !vouched) throw mostTelling(obstacles);
  return open;
}

/** Whether allowed_signers vouched at signing, and every entry that did has lapsed by `at` (seconds). */
export function lapsedSince(holders: readonly Holder[], at: number): boolean {
  let vouched = false;
  for (const holder of holders) {
    if (holder.source !== "allowed-signers") continue;
    const { validBefore } = holder.entry;
    if (validBefore === null || validBefore > at) return false;
    vouched = true;
  }
  return vouched;
}

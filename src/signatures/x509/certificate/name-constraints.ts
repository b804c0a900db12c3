import type { Certificate } from "./certificate.js";
import type { NameConstraints } from "./extensions.js";
import type { GeneralName } from "./general-names.js";

/**
 * Whether an authority's name constraints (RFC 5280, section 4.2.1.10) let it vouch for `certificate`. E-mail
 * addresses, host names and permitted directory names are compared; whatever else is constrained and occurs is
 * refused, since a comparison that is not quite right would let names through.
 */
export function withinNameConstraints(
  { permitted, excluded }: NameConstraints,
  certificate: Certificate,
): boolean {
  return constrainedNames(certificate).every((name) => {
    const allowed = permitted.filter((subtree) => sameKind(subtree, name));
    const forbidden = excluded.filter((subtree) => sameKind(subtree, name));
    const within = allowed.length === 0 || allowed.some((subtree) => matches(subtree, name, false));
    return within && !forbidden.some((subtree) => matches(subtree, name, true));
  });
}

/** The subject counts, too, and so do e-mail addresses in it where they are not in subjectAltName. */
function constrainedNames(certificate: Certificate): GeneralName[] {
  const { subjectParts, subjectEmails, extensions } = certificate;
  const subject: GeneralName[] =
    subjectParts.length === 0 ? [] : [{ kind: "directory", parts: subjectParts }];
  const emails = subjectEmails.map((value): GeneralName => ({ kind: "email", value }));
  return [...subject, ...(extensions.alternativeNames ?? emails)];
}

const sameKind = (subtree: GeneralName, name: GeneralName): boolean =>
  subtree.kind === name.kind || subtree.kind === "opaque";

/** `unsure`: what to say of names that cannot be compared. */
function matches(subtree: GeneralName, name: GeneralName, unsure: boolean): boolean {
  if (subtree.kind === "email" && name.kind === "email")
    return emailWithin(subtree.value, name.value, unsure);
  if (subtree.kind === "dns" && name.kind === "dns") return hostWithin(subtree.value, name.value);
  // Names equal but for case or string type are encoded differently, so a difference proves nothing.
  if (subtree.kind === "directory" && name.kind === "directory" && !unsure)
    return subtree.parts.every((part, index) => part === name.parts[index]);
  return unsure;
}

/** `host`: addresses at that host; `.domain`: at any host in it; `user@host`: that address. */
function emailWithin(base: string, email: string, unsure: boolean): boolean {
  const at = email.lastIndexOf("@");
  if (at === -1) return unsure;
  if (base === "") return true;
  const [local, host] = [email.slice(0, at), email.slice(at + 1).toLowerCase()];
  const user = base.lastIndexOf("@");
  if (user !== -1) return base.slice(0, user) === local && base.slice(user + 1).toLowerCase() === host;
  return base.startsWith(".") ? host.endsWith(base.toLowerCase()) : host === base.toLowerCase();
}

function hostWithin(base: string, host: string): boolean {
  const domain = base.replace(/^\./, "").toLowerCase();
  return domain === "" || `.${host.toLowerCase()}`.endsWith(`.${domain}`);
}

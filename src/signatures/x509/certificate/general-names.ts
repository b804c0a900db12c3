import type { Asn1 } from "../../x509.js";
import { asciiOf, constructed, Fields, hex, inner, oidOf, primitive, TAG, utf8Of } from "../asn1.js";

const INVALID = "x509-certificate-invalid";

/** GeneralName (RFC 5280, section 4.2.1.6), as far as anything here decides on it. */
export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri"; readonly value: string }
  /** Each part of the name, most significant first, as hex of its encoding. */
  | { readonly kind: "directory"; readonly parts: readonly string[] }
  | { readonly kind: "other"; readonly type: string; readonly value: string | null }
  | { readonly kind: "opaque" };

const TEXTS: ReadonlyMap<number, "email" | "dns" | "uri"> = new Map([
  [primitive(1), "email"],
  [primitive(2), "dns"],
  [primitive(6), "uri"],
]);

/** Reads a GeneralName. Throws `x509-certificate-invalid`. `empty`: constraints may be empty texts, names may not. */
export function readGeneralName(value: Asn1, { empty }: { readonly empty: boolean }): GeneralName {
  const kind = TEXTS.get(value.identifier);
  if (kind !== undefined)
    return { kind, value: empty && value.contents.length === 0 ? "" : asciiOf(value.contents, INVALID) };
  if (value.identifier === constructed(4))
    return { kind: "directory", parts: partsOf(inner(value, INVALID)) };
  return value.identifier === constructed(0) ? readOtherName(value) : { kind: "opaque" };
}

function readOtherName(value: Asn1): GeneralName {
  const fields = new Fields(value, INVALID, constructed(0));
  const type = oidOf(fields.take(TAG.oid), INVALID);
  const held = inner(fields.take(constructed(0)), INVALID);
  fields.expectEnd();
  return {
    kind: "other",
    type,
    value: held.identifier === TAG.utf8String ? utf8Of(held.contents, INVALID) : null,
  };
}

/** The relative distinguished names of a Name, most significant first, as hex of their encodings. */
export const partsOf = (name: Asn1): string[] =>
  new Fields(name, INVALID).rest(TAG.set).map(({ encoded }) => hex(encoded));

/** PKCS #9 emailAddress (RFC 2985, section 5.2.1): where certificates held addresses before subjectAltName. */
const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** The e-mail addresses in a Name. */
export function emailsIn(name: Asn1): string[] {
  const attributes = new Fields(name, INVALID).rest(TAG.set).flatMap(({ children }) => children);
  return attributes.flatMap((attribute) => {
    const fields = new Fields(attribute, INVALID);
    const type = oidOf(fields.take(TAG.oid), INVALID);
    return type === EMAIL_ADDRESS ? [asciiOf(fields.take().contents, INVALID)] : [];
  });
}

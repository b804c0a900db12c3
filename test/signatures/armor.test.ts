import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readArmor } from "../../src/signatures/encoding/armor.js";
import { SignatureRefusal } from "../../src/signatures/reasons.js";

type Format = "openpgp" | "ssh";
const RULES = {
  openpgp: { label: "PGP SIGNATURE", headers: true },
  ssh: { label: "SSH SIGNATURE", headers: false },
} as const;

/** Body (hex) and checksum, or the reason of the refusal. */
function read(text: string, format: Format): string {
  try {
    const { body, checksum } = readArmor(Buffer.from(text, "latin1"), RULES[format]);
    return `${body.toString("hex")} ${checksum ?? "none"}`;
  } catch (error) {
    return error instanceof SignatureRefusal ? error.code : "crash";
  }
}

const pgp = (body: string): string => `-----BEGIN PGP SIGNATURE-----\n${body}-----END PGP SIGNATURE-----\n`;
const ssh = (body: string): string => `-----BEGIN SSH SIGNATURE-----\n${body}-----END SSH SIGNATURE-----\n`;

describe("armor", () => {
  it.each<[string, Format, string, string]>([
    ["with a checksum", "openpgp", pgp("\nAQID\n=abcd\n"), "010203 abcd"],
    ["without one", "openpgp", pgp("\nAQID\n"), "010203 none"],
    ["with headers", "openpgp", pgp("Version: X 1\nComment:\n\nAQID\n=abcd\n"), "010203 abcd"],
    ["with CR LF", "openpgp", pgp("\nAQID\n=abcd\n").replaceAll("\n", "\r\n"), "010203 abcd"],
    [
      "with blanks at line ends",
      "openpgp",
      pgp(" \t\nAQ \nID\t\n\n=abcd \n").replace("\n", " \n"),
      "010203 abcd",
    ],
    ["with text behind", "openpgp", `${pgp("\nAQID\n")}more\n`, "010203 none"],
    ["without a last line end", "openpgp", pgp("\nAQID\n").trimEnd(), "010203 none"],
    [
      "with an END that is none",
      "openpgp",
      pgp("\nAQID\n-----END PGP SIGNATURE-----x\n"),
      "signature-malformed",
    ],
    ["without an empty line", "openpgp", pgp("AQID\n"), "signature-malformed"],
    ["with a header that is none", "openpgp", pgp("AQID AQID\n\nAQID\n"), "signature-malformed"],
    ["with nothing in it", "openpgp", pgp("\n"), "signature-malformed"],
    ["with a checksum only", "openpgp", pgp("\n=abcd\n"), "signature-malformed"],
    ["with text before", "openpgp", `x\n${pgp("\nAQID\n")}`, "signature-malformed"],
    ["without its end", "openpgp", "-----BEGIN PGP SIGNATURE-----\n\nAQID\n", "signature-malformed"],
    ["of its first line only", "openpgp", "-----BEGIN PGP SIGNATURE-----", "signature-malformed"],
    ["of another kind", "openpgp", ssh("AQID\n"), "signature-malformed"],
    ["twice", "openpgp", pgp("\nAQID\n") + pgp("\nAQID\n"), "multiple-signatures"],
    ["with another kind behind", "openpgp", pgp("\nAQID\n") + ssh("AQID\n"), "multiple-signatures"],
    ["with another behind a CR", "ssh", `${ssh("AQID\n")}\r${ssh("AQID\n")}`, "multiple-signatures"],
    [
      "with the words behind",
      "openpgp",
      `${pgp("\nAQID\n")}see -----BEGIN PGP SIGNATURE-----`,
      "010203 none",
    ],
    ["of SSH", "ssh", ssh("AQ\nID\n"), "010203 none"],
    ["of SSH with CR LF", "ssh", ssh("AQID\n").replaceAll("\n", "\r\n"), "signature-malformed"],
    ["of SSH with a checksum", "ssh", ssh("AQID\n=abcd\n"), "signature-malformed"],
    ["with padding", "ssh", ssh("AQI=\n"), "0102 none"],
    ["with loose last bits", "ssh", ssh("AQJ=\n"), "signature-malformed"],
    ["with padding left out", "ssh", ssh("AQI\n"), "signature-malformed"],
    ["with another alphabet", "ssh", ssh("_-8A\n"), "signature-malformed"],
    ["with a blank inside", "ssh", ssh("AQ ID\n"), "signature-malformed"],
  ])("%s", (_, format, text, expected) => {
    expect(read(text, format)).toBe(expected);
  });

  const trimEnd = (line: string): string => line.replace(/[ \t]+$/, "");

  /** The same by lists of lines: slow, and easy to see through. */
  function slowRead(text: string, format: Format): string {
    const { label, headers } = RULES[format];
    const lines = (headers ? text.replaceAll("\r\n", "\n") : text).split("\n");
    const end = lines.findIndex((line) => trimEnd(line) === `-----END ${label}-----`);
    if (trimEnd(lines[0] ?? "") !== `-----BEGIN ${label}-----` || end === -1) return "signature-malformed";
    if (/^-----BEGIN (PGP|SSH|SIGNED)/m.test(lines.slice(1).join("\n"))) return "multiple-signatures";
    const found = slowBody(lines.slice(1, end), headers);
    return found.startsWith("malformed") ? "signature-malformed" : found;
  }

  function slowBody(lines: readonly string[], headers: boolean): string {
    const blank = headers ? lines.findIndex((line) => line.trim() === "") : -1;
    if (headers && blank === -1) return "signature-malformed";
    const isHeader = (line: string): boolean => /^[\w-]+: /.test(`${line} `);
    if (headers && !lines.slice(0, blank).every(isHeader)) return "signature-malformed";
    const body = lines.slice(blank + 1).map(trimEnd);
    const base64 = body.filter((line) => line !== "");
    const checksum = headers && /^=[A-Za-z0-9+/]{4}$/.test(base64.at(-1) ?? "") ? base64.pop() : undefined;
    return `${slowBase64(base64.join(""))} ${checksum?.slice(1) ?? "none"}`;
  }

  const slowBase64 = (text: string): string => {
    const bytes = Buffer.from(text, "base64");
    const canonical = text !== "" && bytes.toString("base64") === text;
    return canonical ? bytes.toString("hex") : "malformed";
  };

  it("is read as a slow reading by lines reads it", () => {
    const piece = fc.constantFrom(
      ...[
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "\xa0",
        "AQID",
        "AQ==",
        "AQI",
        "=abcd",
        "Version: 1",
        "a:",
        "x",
      ],
      ...["-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----", "\n-----END PGP SIGNATURE-----"],
      ...["-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----", "\n-----END SSH SIGNATURE-----"],
    );
    const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
    const format = fc.constantFrom<Format>("openpgp", "ssh");
    const wrapped = fc.tuple(soup, soup, fc.boolean()).map(([inner, behind, empty]) => ({
      openpgp: `-----BEGIN PGP SIGNATURE-----\n${empty ? "\n" : ""}${inner}\n-----END PGP SIGNATURE-----${behind}`,
      ssh: `-----BEGIN SSH SIGNATURE-----\n${inner}\n-----END SSH SIGNATURE-----${behind}`,
    }));
    const property = fc.property(wrapped, soup, fc.boolean(), format, (framed, bare, inFrame, kind) => {
      const text = inFrame ? framed[kind] : bare;
      expect(read(text, kind)).toBe(slowRead(text, kind));
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it.each([" ", "\t", "\n", "\n-----END PGP SIGNATURE----- x", "-----BEGIN ", "a: b\n"])(
    "takes no more than linear time over long runs of %j",
    (run) => {
      const text = pgp(`\n${run.repeat(200_000)}x\n`);
      expect(read(text, "openpgp")).toBe("signature-malformed");
    },
  );
});

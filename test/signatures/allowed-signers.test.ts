import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { allowsGit, readAllowedSigners } from "../../src/signatures/openssh/allowed-signers.js";
import { matchesPatternList } from "../../src/signatures/openssh/patterns.js";
import { readPublicKeyLine } from "../../src/signatures/openssh/public-key-line.js";
import { stopwatch } from "../support/stopwatch.js";

const wireString = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
const BLOB = Buffer.concat([wireString("ssh-ed25519"), wireString("0".repeat(32))]);
const KEY = `ssh-ed25519 ${BLOB.toString("base64")}`;
const seconds = (iso: string): number => Date.parse(iso) / 1000;

describe("allowed signers", () => {
  it("reads principals, options and key, and skips comments and empty lines", () => {
    const text = `# team\n\n  \na@x,*@y namespaces="git,file",cert-authority ${KEY} a comment\r\n"b@x c" ${KEY}\n`;
    expect(readAllowedSigners(text)).toEqual({
      problems: [],
      entries: [
        expect.objectContaining({
          line: 4,
          principals: "a@x,*@y",
          namespaces: "git,file",
          certificateAuthority: true,
        }),
        expect.objectContaining({ line: 5, principals: "b@x c", namespaces: null, publicKey: BLOB }),
      ],
    });
  });

  it.each([
    ['valid-after="20240102"', "2024-01-02T00:00:00Z", null],
    ['valid-after="20240102Z"', "2024-01-02T00:00:00Z", null],
    ['Valid-After="20240102utc"', "2024-01-02T00:00:00Z", null],
    ['valid-before="202401020304"', null, "2024-01-02T03:04:00Z"],
    ['valid-before="20240102030405Z"', null, "2024-01-02T03:04:05Z"],
    ['valid-after="20240101",valid-before="20250101"', "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"],
  ])("reads %s in UTC", (options, after, before) => {
    const [entry] = readAllowedSigners(`a@x ${options} ${KEY}`).entries;
    expect([entry?.validAfter, entry?.validBefore]).toEqual([
      after && seconds(after),
      before && seconds(before),
    ]);
  });

  it.each([
    [`a@x`],
    [`a@x ssh-ed25519`],
    [`a@x ssh-ed25519 AAAA`],
    [`a@x ssh-rsa ${BLOB.toString("base64")}`],
    [KEY],
    [`"a@x ${KEY}`],
    [`"" ${KEY}`],
    [`a"@x ${KEY}`],
    [`\ufeffa@x ${KEY}`],
    [`a@x\0 ${KEY}`],
    [`a@x ${KEY}\0`],
    [`a@x unknown ${KEY}`],
    [`a@x unknown="1" ${KEY}`],
    [`a@x namespaces ${KEY}`],
    [`a@x namespaces="" ${KEY}`],
    [`a@x cert-authority="yes" ${KEY}`],
    [`a@x namespaces="git",namespaces="file" ${KEY}`],
    [`a@x valid-before=20240101 ${KEY}`],
    [`a@x valid-before="2024" ${KEY}`],
    [`a@x valid-before="19700101" ${KEY}`],
    [`a@x valid-before="0x7fffffff" ${KEY}`],
    [`a@x valid-before="20240230" ${KEY}`],
    [`a@x valid-before="2024010125" ${KEY}`],
    [`a@x valid-before="202401012500" ${KEY}`],
    [`a@x valid-after="20250101",valid-before="20240101" ${KEY}`],
  ])("leaves out and names the line %s", (line) => {
    const { entries, problems } = readAllowedSigners(`# first\n${line}\nb@x ${KEY}\n`);
    expect(entries.map(({ principals }) => principals)).toEqual(["b@x"]);
    expect(problems).toEqual([{ line: 2, message: expect.stringMatching(/\.$/) }]);
  });

  it.each([
    ["", true],
    ['namespaces="git"', true],
    ['namespaces="*"', true],
    ['namespaces="file"', false],
    ['namespaces="git,!git"', false],
    ['namespaces="!file"', false],
  ])("options %s allow git: %s", (options, allowed) => {
    expect(readAllowedSigners(`a@x ${options} ${KEY}`).entries.map(allowsGit)).toEqual([allowed]);
  });

  it("reads any text without failing, and never more entries than lines", () => {
    const piece = fc.constantFrom(
      " ",
      "\n",
      '"',
      ",",
      "=",
      "a@x",
      KEY,
      "namespaces",
      "valid-after=",
      '"20240101"',
      "cert-authority",
      "\\",
      "\r",
      "#",
      "!",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        const { entries, problems } = readAllowedSigners(text);
        return entries.length + problems.length <= text.split("\n").length;
      }),
    );
  });
});

describe("hostile lines", () => {
  it("are read in linear time", () => {
    const n = 300_000;
    const lines = [
      `${'"'.repeat(n)}x`,
      `a@x ${'""'.repeat(n)} ${KEY}`,
      `a@x ${",".repeat(n)} ${KEY}`,
      `a@x namespaces="${'\\"'.repeat(n)}" ${KEY}`,
      `a@x${" ".repeat(n)}`,
      `${" ".repeat(n)}x`,
      `a@x ssh-ed25519 ${"A".repeat(n)}=`,
    ];
    const spent = stopwatch();
    for (const line of lines) {
      const { entries, problems } = readAllowedSigners(line);
      expect(entries.length + problems.length).toBe(1);
    }
    expect(spent()).toBeLessThan(5_000);
  });
});

describe("pattern lists", () => {
  it.each([
    ["a@x", "a@x", true],
    ["a@x", "b@x", false],
    ["*", "", true],
    ["*@x", "a@x", true],
    ["*@x", "a@xx", false],
    ["?@x", "ab@x", false],
    ["a*b*c", "aXbXbc", true],
    ["b@x,a@x", "a@x", true],
    ["!a@x,*", "a@x", false],
    ["*,!a@x", "a@x", false],
    ["!b@x", "a@x", false],
    ["b@x, a@x", "a@x", false],
    ["!!a@x,*", "a@x", true],
    ["a.x", "aXx", false],
  ])("%s and %s: %s", (list, subject, expected) => {
    expect(matchesPatternList(list, subject)).toBe(expected);
  });

  it("agrees with the pattern's regular expression", () => {
    const letter = fc.constantFrom("a", "b", "*", "?");
    fc.assert(
      fc.property(
        fc.array(letter, { maxLength: 6 }),
        fc.stringMatching(/^[ab]{0,8}$/),
        (letters, subject) => {
          const pattern = letters.join("");
          const regex = new RegExp(`^${pattern.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}$`);
          return matchesPatternList(pattern, subject) === regex.test(subject);
        },
      ),
    );
  });

  it("ends soon on patterns that make a regular expression hang", () => {
    expect(matchesPatternList("*a".repeat(200) + "b", "a".repeat(20_000))).toBe(false);
  });
});

describe("public key lines", () => {
  it.each([
    [KEY, true],
    [`${KEY} comment with blanks`, true],
    [`  ${KEY}  `, true],
    [KEY.replace(" ", "\t"), true],
    [`${KEY} "quoted" \u2028 comment`, true],
    [`${KEY}=`, false],
    [KEY.slice(0, -1), false],
    [KEY.replace("ssh-ed25519", "ssh-rsa"), false],
    ["ssh-ed25519 AAAA", false],
    ["", false],
  ])("%s: %s", (line, readable) => {
    expect(readPublicKeyLine(line)?.blob).toEqual(readable ? BLOB : undefined);
  });
});

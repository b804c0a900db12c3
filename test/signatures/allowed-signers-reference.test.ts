/** The grammar of allowed_signers, line by line beside real ssh-keygen. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKeyring, type Keyring, type SshKey } from "../support/signing.js";
import { isGoodForSshKeygen } from "./ssh-reference.js";
import { ALICE, payloadOf, trustIn, verifyRaw, withSignature } from "./support.js";

let keyring: Keyring;
let alice: SshKey;
let other: SshKey;
let signature: string;
const payload = payloadOf();
/** The committer: both are asked whether it was she who signed. */
const P = ALICE.email;

beforeAll(async () => {
  keyring = await createKeyring();
  [alice, other] = [await keyring.sshKey({ comment: 'alice "the" key' }), await keyring.sshKey()];
  signature = await keyring.sshSign(alice, payload);
});
afterAll(async () => {
  await keyring.dispose();
});

const filled = (text: string): string =>
  text
    .replaceAll("KEY", alice.publicKey.split(" ").slice(0, 2).join(" "))
    .replaceAll("COMMENTED", alice.publicKey)
    .replaceAll("OTHER", other.publicKey);

async function ours(text: string): Promise<boolean> {
  const trust = await trustIn({ allowedSigners: filled(text) });
  const { verdict, identity } = verifyRaw(withSignature(payload, signature), trust);
  return verdict === "good" && identity === "committer";
}

const theirs = async (text: string): Promise<boolean> =>
  await isGoodForSshKeygen({ allowedSigners: filled(text), payload, signature, principal: P });

describe("both find the same of", () => {
  it.each([
    [`${P} KEY\n`, true],
    [`${P} KEY`, true],
    [`${P} COMMENTED\n`, true],
    [`${P}\tKEY\n`, true],
    [`  \t${P}  \t KEY\tcomment "quoted \n`, true],
    [`${P} KEY\r\n`, true],
    [`${P} KEY comment\r\n`, true],
    [`\r\n\n  \n# comment\n  # comment\n${P} KEY\n`, true],
    [`#${P} KEY\n`, false],
    [`"${P}" KEY\n`, true],
    [`"bob@a.example,${P}" KEY\n`, true],
    [`"${P}"KEY\n`, true],
    [`ali"ce@a.example" KEY\n`, true],
    [`"${P} KEY\n`, false],
    [`*@a.example KEY\n`, true],
    [`a???e@a.example KEY\n`, true],
    [`"bob@a.example, ${P}" KEY\n`, false],
    [`${P} cert-authority KEY\n`, false],
    [`${P} namespaces="git" KEY\n`, true],
    [`${P} NameSpaces="git" KEY\n`, true],
    [`${P} namespaces="file,g?t" KEY\n`, true],
    [`${P} namespaces="file, git" KEY\n`, false],
    [`${P} namespaces="*,!git" KEY\n`, false],
    [`${P} namespaces="" KEY\n`, false],
    [`${P} namespaces=git KEY\n`, false],
    [`${P} namespaces KEY\n`, false],
    [`${P} namespaces="a b,git" KEY\n`, true],
    [`${P} namespaces="\\"x\\",git" KEY\n`, true],
    [`${P} namespaces="git",namespaces="git" KEY\n`, false],
    [`${P} namespaces="git",valid-after="20230101Z",valid-before="20250101Z" KEY\n`, true],
    [`${P} valid-before="20250101Z",NAMESPACES="git" KEY\n`, true],
    [`${P} ,,namespaces="git" KEY\n`, true],
    [`${P} namespaces="git", KEY\n`, false],
    [`${P} namespaces="git",unknown KEY\n`, false],
    [`${P} namespaces="git"x KEY\n`, false],
    [`${P} unknown KEY\n`, false],
    [`${P} unknown="1" KEY\n`, false],
    [`${P} cert-authority="yes" KEY\n`, false],
    [`${P} namespaces="git KEY\n`, false],
    [`${P} valid-after="20231231235959Z" KEY\n`, true],
    [`${P} valid-after="20240101" KEY\n`, true],
    [`${P} valid-after="20240101000000Z" KEY\n`, true],
    [`${P} valid-after="20240101000001Z" KEY\n`, false],
    [`${P} valid-after="202401010000" KEY\n`, true],
    [`${P} valid-after="202401010001" KEY\n`, false],
    [`${P} valid-after="20240101z" KEY\n`, true],
    [`${P} valid-before="20240101000001Z" KEY\n`, true],
    [`${P} valid-before="20231231235959Z" KEY\n`, false],
    [`${P} valid-before="0x7fffffff" KEY\n`, false],
    [`${P} valid-before="tomorrow" KEY\n`, false],
    [`${P} valid-before="20250101T00Z" KEY\n`, false],
    [`${P} valid-before="19700101Z" KEY\n`, false],
    [`${P} valid-before="19600101Z" KEY\n`, false],
    [`${P} valid-before="20250101",valid-before="20260101" KEY\n`, false],
    [`${P} valid-after="20230101",valid-before="20230101" KEY\n`, false],
    [`${P} KEY=\n`, false],
    [`${P}\n`, false],
    [`KEY\n`, false],
    [`${P} OTHER\n`, false],
    [`broken\n${P} OTHER\n${P} KEY\n`, true],
    [`${P} KEY\n${P} KEY\n`, true],
    [`${P} valid-before="20230101Z" KEY\n${P} KEY\n`, true],
    [`\ufeff${P} KEY\n`, false],
  ])("%j: %s", async (text, good) => {
    expect({ theirs: await theirs(text), ours: await ours(text) }).toEqual({ theirs: good, ours: good });
  });
});

describe("here is refused, though ssh-keygen is content with", () => {
  it.each([
    // "Valid for use before the specified timestamp" (ssh-keygen(1)); ssh-keygen takes that very second, too.
    `${P} valid-before="20240101000000Z" KEY\n`,
    // It takes a day that the month lacks for one of the next month.
    `${P} valid-before="20250230Z" KEY\n`,
  ])("%j", async (text) => {
    expect({ theirs: await theirs(text), ours: await ours(text) }).toEqual({ theirs: true, ours: false });
  });
});

describe("here is read, though ssh-keygen may not be content with", () => {
  it("a time with UTC behind it, which is younger than OpenSSH 9.2", async () => {
    expect(await ours(`${P} valid-before="20250101UTC" KEY\n`)).toBe(true);
    expect(await ours(`${P} valid-before="20230101UTC" KEY\n`)).toBe(false);
  });

  it("the case of the domain", async () => {
    expect([await theirs(`*@A.EXAMPLE KEY\n`), await ours(`*@A.EXAMPLE KEY\n`)]).toEqual([false, true]);
  });
});

import { describe, expect, it } from "@jest/globals";
import { type BotApp, type CommitFact, known, unknown } from "../../../src/facts/facts.js";
import { type SignatureFacts, signatureFindings } from "../../../src/policy/rules/signatures.js";
import { MENDING, needsSigning } from "../../../src/policy/rules/signatures/mending.js";
import { type ReasonCode, REASONS } from "../../../src/signatures/reasons.js";
import type { SignatureVerdict } from "../../../src/signatures/verdict.js";
import {
  ada,
  account,
  BASE_OID,
  brief,
  commit,
  facts as factsOf,
  HEAD,
  OID,
  only,
  policy,
  robot,
  verdict,
} from "../make.js";

const facts = (change: Parameters<typeof factsOf>[0] = {}) => ({ ...factsOf(change), push: null });
const unread = unknown("unavailable", "GitHub did not answer.", "Try again.");

const judge = (change: Partial<SignatureVerdict>, yaml = "", commits: readonly CommitFact[] = [commit()]) =>
  signatureFindings(facts({ commits: known(commits) }), policy(yaml), known([verdict(change)]), []);

const forge = { fingerprint: "CD".repeat(20), principal: null, source: "forge", account: null } as const;
const member = {
  fingerprint: "SHA256:abc",
  principal: "ada",
  source: "github-member",
  account: null,
} as const;

describe("the signatures gate", () => {
  it.each<[string, Partial<SignatureVerdict>, string, string]>([
    ["its committer", {}, "", "pass signed-by-committer"],
    [
      "nobody",
      { verdict: "unsigned", reason: "unsigned", signer: null, identity: null },
      "",
      "fail unsigned",
    ],
    [
      "an unknown key",
      { verdict: "unknown-key", reason: "unknown-key", identity: null },
      "",
      "fail unknown-key",
    ],
    ["a bad signature", { verdict: "bad", reason: "weak-digest" }, "", "fail weak-digest"],
    [
      "a key listed for another purpose",
      { verdict: "unknown-key", reason: "namespace-not-allowed", identity: null },
      "",
      "fail namespace-not-allowed",
    ],
    ["another person", { identity: "other" }, "", "fail signer-not-committer"],
    ["a key that is nobody's", { identity: null }, "", "fail signer-not-committer"],
    ["GitHub", { identity: "forge", signer: forge }, "", "fail forge-key"],
    ["GitHub, by the source alone", { signer: forge }, "", "fail forge-key"],
    [
      "GitHub, accepted",
      { identity: "forge", signer: forge },
      "signatures: { forgeKeys: accept }",
      "pass signed-by-forge",
    ],
    ["a registered key", { signer: member }, "", "pass signed-by-committer"],
    [
      "a registered key, refused",
      { signer: member },
      "signatures: { registeredKeys: false }",
      "fail registered-key-refused",
    ],
  ])("judges a commit signed by %s", (_who, change, yaml, expected) => {
    expect(brief(judge(change, yaml))).toContain(expected);
  });

  it("says of a good signature that its key has expired since", () => {
    const finding = only(judge({ reason: "good-key-expired-since" }), "signed-by-committer");
    expect(finding.message).toBe(`Signed by ada@example.com. ${REASONS["good-key-expired-since"].meaning}`);
  });

  it("gives one finding for each commit, the good ones too", () => {
    const commits = [commit({ oid: OID }), commit()];
    const findings = signatureFindings(
      facts({ commits: known(commits) }),
      policy(),
      known([verdict({ oid: OID }), verdict()]),
      [],
    );
    expect(findings.map((finding) => finding.subject)).toEqual([OID.slice(0, 10), HEAD.slice(0, 10)]);
  });

  it.each([
    [
      "the commits could not be read",
      facts({ commits: unread }),
      known([verdict()]),
      ["unknown unknown-unavailable"],
    ],
    ["nothing could be verified", facts(), unread, ["unknown unknown-unavailable"]],
    ["a commit was not verified", facts(), known([]), ["unknown unknown-inconsistent"]],
    ["the verdict is on a tag", facts(), known([verdict({ type: "tag" })]), ["unknown unknown-inconsistent"]],
    ["there are no commits", facts({ commits: known([]) }), known([]), ["fail no-commits"]],
    [
      "the head is missing",
      facts({ commits: known([commit({ oid: OID })]) }),
      known([verdict({ oid: OID })]),
      ["unknown unknown-inconsistent", "pass signed-by-committer"],
    ],
    [
      "two verdicts differ",
      facts(),
      known([verdict(), verdict({ verdict: "bad", reason: "signature-invalid" })]),
      ["fail signature-invalid", "note forge-verified-only"],
    ],
  ])("does not pass where %s", (_what, given, verdicts, expected) => {
    expect(brief(signatureFindings(given, policy(), verdicts, []))).toEqual(expected);
  });

  it.each([
    ["GPGVERIFY_UNAVAILABLE", "note forge-unavailable"],
    ["OCSP_PENDING", "note forge-unavailable"],
    ["UNKNOWN_KEY", "note forge-does-not-know"],
    ["NO_USER", "note forge-does-not-know"],
    ["INVALID", "fail forge-disagrees"],
    ["EXPIRED_KEY", "fail forge-disagrees"],
    ["OCSP_REVOKED", "fail forge-disagrees"],
    ["SOMETHING_NEW", "fail forge-disagrees"],
  ])("where GitHub says %s of a signature that we found good: %s", (state, expected) => {
    const signature = { payload: "", signature: "", forge: { verified: false, state } };
    expect(brief(judge({}, "", [commit({ signature })]))).toEqual(["pass signed-by-committer", expected]);
  });

  it("says nothing of GitHub's opinion where both refuse, and notes where only GitHub is content", () => {
    const signature = { payload: "", signature: "", forge: { verified: false, state: "INVALID" } };
    const bad = { verdict: "bad", reason: "signature-invalid" } as const;
    expect(brief(judge(bad, "", [commit({ signature })]))).toEqual(["fail signature-invalid"]);
    expect(brief(judge(bad))).toEqual(["fail signature-invalid", "note forge-verified-only"]);
  });

  it("fails on a revocation that cannot be read, and notes a key that cannot", () => {
    const problems = [
      { path: ".github/countersign/revoked_keys", line: 3, message: "Not a key." },
      { path: ".github/countersign/allowed_signers", line: null, message: "Not a signer." },
    ];
    const findings = signatureFindings(facts(), policy(), known([verdict()]), problems);
    expect(brief(findings)).toEqual([
      "pass signed-by-committer",
      "fail revocation-unreadable",
      "note trust-unreadable",
    ]);
    expect(only(findings, "revocation-unreadable").location).toEqual({ path: problems[0]?.path, line: 3 });
  });
});

describe("a key registered on GitHub that cannot be used", () => {
  const problem = { path: "github:alice", line: null, message: "A registered SSH key cannot be read." };
  const finding = only(
    signatureFindings(facts(), policy(), known([verdict()]), [problem]),
    "registered-key-unusable",
  );

  it("is noted as alice's, in no file", () => {
    expect(finding).toMatchObject({ status: "note", subject: "alice", location: null });
    expect(finding.message).toBe(
      "A key that alice registered on GitHub cannot be used: A registered SSH key cannot be read.",
    );
  });

  it("is mended on the account, not on the base branch", () => {
    expect(finding.remedy?.url).toBe("https://github.com/settings/keys");
    expect(finding.remedy?.text).not.toContain("base branch");
  });
});

describe("the remedy for a commit's signature", () => {
  const unsigned = (oid: string): SignatureVerdict =>
    verdict({ oid, verdict: "unsigned", reason: "unsigned", signer: null });

  it("is one rebase from below the first commit that needs it", () => {
    const first = "a".repeat(40);
    const commits = [
      commit({ oid: first, parents: [BASE_OID] }),
      commit({ oid: OID, parents: [first] }),
      commit(),
    ];
    const verdicts = known([verdict({ oid: first }), unsigned(OID), unsigned(HEAD)]);
    const failing = signatureFindings(facts({ commits: known(commits) }), policy(), verdicts, []).filter(
      ({ status }) => status === "fail",
    );
    const commands = [
      `git rebase --exec 'git commit --amend --no-edit -n -S' ${first}`,
      "git push --force-with-lease",
    ];
    expect(failing.map((finding) => finding.remedy?.commands)).toEqual([commands, commands]);
  });

  it("keeps merges, and starts from the base where a commit has no parent", () => {
    const commits = [commit({ oid: OID, parents: [] }), commit({ parents: [OID, BASE_OID] })];
    const findings = signatureFindings(
      facts({ commits: known(commits) }),
      policy(),
      known([unsigned(OID), verdict()]),
      [],
    );
    expect(only(findings, "unsigned").remedy?.commands[0]).toBe(
      `git rebase --rebase-merges --exec 'git commit --amend --no-edit -n -S' ${BASE_OID}`,
    );
  });

  it("names the person whose key it is, quoted", () => {
    const signer = {
      fingerprint: "F",
      principal: "a'b@example.com",
      source: "keyring",
      account: null,
    } as const;
    const { remedy } = only(judge({ identity: "other", signer }), "signer-not-committer");
    expect(remedy?.commands[0]).toBe("git config user.email 'a'\\''b@example.com'");
    expect(remedy?.commands).toContain("git push --force-with-lease");
  });

  it("exports an OpenPGP key into the keyring folder", () => {
    const { remedy } = only(judge({ verdict: "unknown-key", reason: "unknown-key" }), "unknown-key");
    const fingerprint = "AB".repeat(20);
    expect(remedy?.commands).toEqual([
      "mkdir -p .github/countersign/keyring",
      `gpg --armor --export ${fingerprint} > .github/countersign/keyring/${fingerprint}.asc`,
    ]);
    expect(remedy?.text).toContain(fingerprint);
  });

  it("takes the public key out of an SSH signature, and no principal that would match everyone", () => {
    const unknownKey = {
      verdict: "unknown-key",
      reason: "unknown-key",
      format: "ssh",
      signer: member,
    } as const;
    const signature = {
      payload: "",
      signature: SSH_SIGNATURE,
      forge: { verified: false, state: "UNKNOWN_KEY" },
    };
    const of = (email: string): string | undefined =>
      only(
        judge(unknownKey, "", [commit({ signature, committer: { name: "x", email, account: null } })]),
        "unknown-key",
      ).remedy?.commands[0];
    expect(of("ada@example.com")).toBe(
      `echo 'ada@example.com namespaces="git" ${SSH_KEY}' >> .github/countersign/allowed_signers`,
    );
    expect(of("*")).toContain("'name@example.com namespaces=");
    expect(of("a@b.c,*")).toContain("'name@example.com namespaces=");
  });

  it("asks for the owner's own file where the signature cannot be read", () => {
    const { remedy } = only(
      judge({ verdict: "unknown-key", reason: "unknown-key", format: "ssh" }),
      "unknown-key",
    );
    expect(remedy?.commands[0]).toContain("~/.ssh/id_ed25519.pub");
  });
});

const REFUSALS = Object.entries(REASONS).filter(([, { verdict }]) => verdict !== "good");
const isReason = (code: string): code is ReasonCode => Object.hasOwn(REASONS, code);
const refusalFor = (code: string) => {
  if (!isReason(code)) throw new Error(`no reason ${code}`);
  return only(judge({ verdict: REASONS[code].verdict, reason: code, identity: null }), code);
};

describe("the refusal of a signature", () => {
  const own = new Set(["unsigned", "unknown-key"]);

  it.each(REFUSALS.filter(([code]) => !own.has(code)))("says what %s means", (code, { meaning }) => {
    const { status, message } = refusalFor(code);
    expect(status).toBe("fail");
    expect(message).toBe(`${meaning} Key: ${"AB".repeat(20)}.`);
  });

  it("names no key where the signature names none", () => {
    const findings = judge({ verdict: "bad", reason: "signature-malformed", signer: null });
    expect(only(findings, "signature-malformed").message).toBe(REASONS["signature-malformed"].meaning);
  });

  it.each(REFUSALS.filter(([code]) => needsSigning(MENDING[isReason(code) ? code : "good"])))(
    "comes with the commands that sign again for %s",
    (code) => {
      expect(refusalFor(code).remedy?.commands).toContain("git push --force-with-lease");
    },
  );

  it.each([
    ["revocations-unreadable", ".github/countersign/revoked_keys"],
    ["namespace-not-allowed", ".github/countersign/allowed_signers"],
    ["certificate-authority-as-key", ".github/countersign/allowed_signers"],
  ] as const)("asks for no new signature where the trust files are wrong: %s", (code, path) => {
    const { remedy } = refusalFor(code);
    expect(remedy?.commands).toEqual([]);
    expect(remedy?.text).toContain(REASONS[code].remedy);
    expect(remedy?.text).toContain(path);
  });

  it.each([
    "signed-in-future",
    "x509-unsupported",
    "certificate-expired",
    "certificate-principal-mismatch",
    "key-expired",
    "key-revoked",
    "weak-key",
    "signature-invalid",
    "unknown-signature-header",
  ] as const)("says what has to come before signing again: %s", (code) => {
    expect(refusalFor(code).remedy?.text).toContain(REASONS[code].remedy);
  });
});

/** A frame with an all-zero key and signature: what is shown is what it embeds, not whether it verifies. */
const SSH_KEY = `ssh-ed25519 ${frame("ssh-ed25519", Buffer.alloc(32)).toString("base64")}`;
const SSH_SIGNATURE = [
  "-----BEGIN SSH SIGNATURE-----",
  ...(Buffer.concat([
    Buffer.from("SSHSIG\0\0\0\x01", "latin1"),
    frame(
      frame("ssh-ed25519", Buffer.alloc(32)),
      "git",
      "",
      "sha512",
      frame("ssh-ed25519", Buffer.alloc(64)),
    ),
  ])
    .toString("base64")
    .match(/.{1,70}/g) ?? []),
  "-----END SSH SIGNATURE-----",
  "",
].join("\n");

function frame(...fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

describe("a commit that GitHub made for a bot", () => {
  const made = { identity: "forge", signer: forge } as const;
  const APP = 29_110;
  const byApp = `signatures: { bots: [{ app: ${APP} }] }`;
  const whose = (app: BotApp["app"]): BotApp[] => [{ account: robot.id, app }];
  const pushed = {
    head: { oid: HEAD },
    crossRepository: false,
    lastPusher: known(robot),
    bots: whose(known({ id: APP, slug: "robot" })),
  };
  const judgeOf = (
    push: SignatureFacts["push"],
    yaml = `signatures: { bots: [${robot.id}] }`,
    change: Partial<SignatureVerdict> = made,
    oid = HEAD,
  ) => {
    const given = { ...facts({ commits: known([commit({ oid }), commit()]) }), push };
    const verdicts = known([verdict({ oid, ...change }), verdict(oid === HEAD ? change : {})]);
    return brief(signatureFindings(given, policy(yaml), verdicts, []).slice(0, 1));
  };

  it("counts where the policy names the bot by its id, and GitHub says that it pushed this very commit", () => {
    expect(judgeOf(pushed)).toEqual(["pass signed-by-forge-for-bot"]);
    expect(judgeOf({ ...pushed, bots: [] })).toEqual(["pass signed-by-forge-for-bot"]);
  });

  it("counts where the policy names the app whose bot it is", () => {
    expect(judgeOf(pushed, byApp)).toEqual(["pass signed-by-forge-for-bot"]);
  });

  it("is not clear where nobody knows whose bot it is, and the policy names one by its app", () => {
    const bots = whose(unknown("forbidden", "It is private.", "Name the account."));
    expect(judgeOf({ ...pushed, bots }, byApp)).toEqual(["unknown unknown-forbidden"]);
    expect(judgeOf({ ...pushed, bots: [] }, byApp)).toEqual(["unknown unknown-unavailable"]);
    expect(judgeOf({ ...pushed, bots: [] }, `${byApp}\nreview: {}`, made, OID)).toEqual(["fail forge-key"]);
  });

  it.each<[string, ...Parameters<typeof judgeOf>]>([
    ["another account pushed it", { ...pushed, lastPusher: known(ada) }],
    ["a person's id is listed", { ...pushed, lastPusher: known(account(robot.id, "robot[bot]")) }],
    ["who pushed it is not known", { ...pushed, lastPusher: unread }],
    ["it comes from a fork", { ...pushed, crossRepository: true }],
    ["it came without a pull request", null],
    ["the policy names another", pushed, "signatures: { bots: [10] }"],
    ["the policy names another app", pushed, `signatures: { bots: [{ app: ${APP + 1} }] }`],
    ["a person has the bot's id", { ...pushed, lastPusher: known(account(robot.id, "robot[bot]")) }, byApp],
    ["the policy names none", pushed, ""],
    ["the bot's approval counts, which is another thing", pushed, `review: { bots: [${robot.id}] }`],
    ["it is below the one that was pushed", pushed, undefined, made, OID],
  ])("does not where %s", (_why, ...given) => {
    expect(judgeOf(...given)).toEqual(["fail forge-key"]);
  });

  it("does not where it is not GitHub's key that signed it", () => {
    const unsigned = { verdict: "unsigned", reason: "unsigned", signer: null, identity: null } as const;
    expect(judgeOf(pushed, undefined, unsigned)).toEqual(["fail unsigned"]);
    expect(judgeOf(pushed, undefined, { identity: "other" })).toEqual(["fail signer-not-committer"]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Trust } from "../../../src/signatures/index.js";
import { run } from "../../support/run.js";
import { payloadOf, withSignature } from "../support.js";
import { pem } from "./support/der.js";
import { OpenSsl } from "./support/openssl.js";
import { children, attribute } from "./support/pki.js";
import { TIMESTAMP_TOKEN, verdictOn, x509Trust } from "./support/world.js";
import { tlv } from "./support/der.js";

/** What real tools sign: OpenSSL with each kind of key and form, its timestamps, and gpgsm, which Git calls by default. */

const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
/** When all of the certificates have been made. */
const SOON = new Date(NOW.getTime() + 300_000);
const PAYLOAD = payloadOf({ at: SOON });
const AUTHORITY =
  "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash";
const SIGNER =
  "keyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\nsubjectAltName=email:alice@a.example\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid";
const CLOCK = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping";
const P256 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const RSA = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

let pki: OpenSsl;
let trust: Trust;

beforeAll(async () => {
  pki = await OpenSsl.make();
  await pki.certify("root", { algorithm: RSA, extensions: AUTHORITY });
  await pki.certify("between", {
    issuer: "root",
    algorithm: P256,
    extensions: `${AUTHORITY}\nnameConstraints=critical,permitted;email:a.example`,
  });
  await pki.certify("rsa", { issuer: "between", algorithm: RSA, extensions: SIGNER });
  await pki.certify("ec", { issuer: "between", algorithm: P256, extensions: SIGNER });
  // gpgsm knows no name constraints.
  await pki.certify("mail", { issuer: "root", algorithm: RSA, extensions: SIGNER });
  await pki.certify("clocks", { algorithm: P256, extensions: AUTHORITY });
  await pki.certify("clock", { issuer: "clocks", algorithm: RSA, extensions: CLOCK });
  await pki.write("payload", PAYLOAD);
  trust = await x509Trust({
    roots: [(await pki.read("root.pem")).toString()],
    timestampAuthorities: [(await pki.read("clocks.pem")).toString()],
  });
}, 60_000);

afterAll(async () => {
  await pki.dispose();
});

async function signed(name: string, ...args: readonly string[]): Promise<Buffer> {
  const files = [
    "-in",
    "payload",
    "-signer",
    `${name}.pem`,
    "-inkey",
    `${name}.key`,
    "-certfile",
    "between.pem",
  ];
  return await pki.openssl("cms", "-sign", "-binary", "-outform", "DER", ...files, ...args);
}

const commitOf = (der: Uint8Array): Buffer => withSignature(PAYLOAD, pem("SIGNED MESSAGE", der));

describe("openssl", () => {
  it.each<[string, string, string[]]>([
    ["RSA", "rsa", ["-md", "sha256"]],
    ["RSA-PSS", "rsa", ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"]],
    ["ECDSA with SHA-512", "ec", ["-md", "sha512"]],
    ["no signed attributes", "ec", ["-md", "sha256", "-noattr"]],
    ["a key id", "ec", ["-md", "sha384", "-keyid"]],
    ["its certificate named", "rsa", ["-md", "sha256", "-cades"]],
  ])("signs with %s", async (_, name, args) => {
    expect(verdictOn(commitOf(await signed(name, ...args)), trust, { at: SOON })).toMatchObject({
      reason: "good",
      identity: "committer",
    });
  });

  it("signs with SHA-1, which is refused", async () => {
    expect(verdictOn(commitOf(await signed("rsa", "-md", "sha1")), trust, { at: SOON }).reason).toBe(
      "weak-digest",
    );
  });

  it("signs twice in one, which is refused", async () => {
    const both = await signed("rsa", "-md", "sha256", "-signer", "ec.pem", "-inkey", "ec.key");
    expect(verdictOn(commitOf(both), trust, { at: SOON }).reason).toBe("multiple-signatures");
  });

  it("stamps the time on a signature, which outlives its certificate", async () => {
    const der = await signed("ec", "-md", "sha256");
    const years = new Date(NOW.getTime() + 365 * 86_400_000);
    expect(verdictOn(commitOf(der), trust, { at: years }).reason).toBe("x509-time-unproven");
    const stamped = await withTimestamp(der);
    expect(verdictOn(commitOf(stamped), trust, { at: years })).toMatchObject({
      reason: "good-key-expired-since",
      identity: "committer",
    });
  });
});

/** Puts openssl's timestamp over the signature's value into the unsigned attributes of the one signer. */
async function withTimestamp(der: Buffer): Promise<Buffer> {
  const [type, wrapped] = children(der);
  const signedData = children(children(wrapped ?? Buffer.alloc(0))[0] ?? Buffer.alloc(0)).slice();
  const info = children(children(signedData.at(-1) ?? Buffer.alloc(0))[0] ?? Buffer.alloc(0));
  const [value] = info.slice(-1);
  if (type === undefined || value === undefined) throw new Error("not a signature");
  await pki.write("value", value.subarray(value.length - signatureLength(value)));
  await pki.write(
    "ts.cnf",
    "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\nsigner_digest=sha256\n",
  );
  await pki.write("serial", "01\n");
  await pki.openssl(
    "ts",
    "-query",
    "-data",
    "value",
    "-sha256",
    "-cert",
    "-config",
    "ts.cnf",
    "-out",
    "query",
  );
  await pki.openssl(
    ...[
      "ts",
      "-reply",
      "-queryfile",
      "query",
      "-config",
      "ts.cnf",
      "-signer",
      "clock.pem",
      "-inkey",
      "clock.key",
    ],
    ...["-token_out", "-out", "token"],
  );
  const token = attribute(TIMESTAMP_TOKEN, await pki.read("token"));
  const stampedInfo = tlv(0x30, ...info, tlv(0xa1, token));
  const rebuilt = tlv(0x30, ...signedData.slice(0, -1), tlv(0x31, stampedInfo));
  return tlv(0x30, type, tlv(0xa0, rebuilt));
}

const signatureLength = (value: Buffer): number =>
  (value[1] ?? 0) < 128 ? value.length - 2 : (value[2] ?? 0);

describe("gpgsm", () => {
  it("signs as Git has it sign, with lengths that are not given in advance", async () => {
    const home = pki.folder;
    const gpgsm = async (args: readonly string[], input: Uint8Array | string = ""): Promise<Buffer> =>
      await run("gpgsm", ["--batch", "--no-tty", "--disable-dirmngr", "--homedir", home, ...args], {
        input,
        env: { GNUPGHOME: home, GPG_AGENT_INFO: "" },
      });
    await pki.openssl(
      ...["pkcs12", "-export", "-in", "mail.pem", "-inkey", "mail.key", "-passout", "pass:"],
      ...["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-out", "mail.p12"],
    );
    await pki.write("gpg-agent.conf", "allow-loopback-pinentry\n");
    const root = await pki.openssl("x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha1");
    const fingerprint = root.toString().split("=")[1]?.trim() ?? "";
    await pki.write("trustlist.txt", `${fingerprint} S relax\n`);
    await gpgsm(["--import", pki.path("root.pem")]);
    await gpgsm(
      ["--pinentry-mode", "loopback", "--passphrase-fd", "0", "--import", pki.path("mail.p12")],
      "\n",
    );
    const armor = await gpgsm(
      [
        "--pinentry-mode",
        "loopback",
        "--passphrase-fd",
        "0",
        "--disable-crl-checks",
        "--armor",
        "-b",
        "-u",
        "alice@a.example",
        pki.path("payload"),
      ],
      "\n",
    );
    const raw = withSignature(PAYLOAD, armor.toString());
    expect(verdictOn(raw, trust, { at: SOON })).toMatchObject({
      reason: "good",
      identity: "committer",
    });
    await run("gpgconf", ["--homedir", home, "--kill", "all"]);
  });
});

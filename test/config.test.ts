import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../src/config.js";
import { GITHUB_LIMITS } from "../src/github/budget/limits.js";
import { type CountersignError, isCountersignError } from "../src/errors.js";

const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs1",
  format: "pem",
});
if (typeof PEM !== "string") throw new TypeError("PEM is text.");

const CREDENTIALS = { APP_ID: "4242", PRIVATE_KEY: PEM, WEBHOOK_SECRET: "s3cret" };

/** What `readConfig` refuses these variables with. */
function refusal(variables: Record<string, string>): CountersignError {
  try {
    readConfig(variables);
  } catch (error) {
    if (isCountersignError(error)) return error;
    throw error;
  }
  throw new Error("They were accepted.");
}

describe("readConfig", () => {
  it("runs on nothing at all: set-up page, embedded database, github.com", () => {
    expect(readConfig({})).toEqual({
      app: null,
      databaseUrl: null,
      dataDir: ".countersign",
      githubApiUrl: "https://api.github.com",
      host: "localhost",
      port: 3000,
      logLevel: "info",
      channels: [],
      privateTargets: { hosts: new Set(), networks: [] },
      opensPullRequests: false,
      deliveriesKeptDays: 30,
      docsUrl: null,
      limits: GITHUB_LIMITS,
    });
  });

  it.each([
    [{}, GITHUB_LIMITS],
    [{ GITHUB_API_URL: "https://api.acme.ghe.com" }, GITHUB_LIMITS],
    [{ GITHUB_API_URL: "https://github.acme.example/api/v3" }, null],
    [{ GITHUB_API_URL: "https://notghe.com/api/v3" }, null],
    [{ GITHUB_API_URL: "https://github.acme.example/api/v3", GITHUB_LIMITS: "github.com" }, GITHUB_LIMITS],
    [{ GITHUB_LIMITS: "none" }, null],
  ])("keeps to the limits of the GitHub that it speaks to, or those it is told: %j", (variables, limits) => {
    expect(readConfig(variables).limits).toEqual(limits);
  });

  it("takes what it is told", () => {
    const config = readConfig({
      ...CREDENTIALS,
      DATABASE_URL: "postgres://app:pw@db:5432/countersign",
      COUNTERSIGN_DATA_DIR: "/var/lib/countersign",
      GITHUB_API_URL: "http://127.0.0.1:4000/api/v3//",
      HOST: "0.0.0.0",
      PORT: "0",
      LOG_LEVEL: "debug",
      COUNTERSIGN_ALLOW_PRIVATE_TARGETS: "chat.internal, 10.1.0.0/16",
      COUNTERSIGN_OPEN_PULL_REQUESTS: "true",
      COUNTERSIGN_KEEP_DELIVERIES_DAYS: "4",
      COUNTERSIGN_DOCS_URL: "https://github.com/acme/countersign/blob/main/docs/",
      COUNTERSIGN_CHANNEL_SECURITY_CHAT: "slack:http://chat.internal/hook",
    });
    expect(config).toEqual({
      app: { id: 4242, privateKey: PEM.trim(), webhookSecrets: ["s3cret"] },
      databaseUrl: "postgres://app:pw@db:5432/countersign",
      dataDir: "/var/lib/countersign",
      githubApiUrl: "http://127.0.0.1:4000/api/v3",
      host: "0.0.0.0",
      port: 0,
      logLevel: "debug",
      channels: [{ name: "security-chat", kind: "slack", url: "http://chat.internal/hook" }],
      privateTargets: { hosts: new Set(["chat.internal"]), networks: ["10.1.0.0/16"] },
      opensPullRequests: true,
      deliveriesKeptDays: 4,
      docsUrl: "https://github.com/acme/countersign/blob/main/docs",
      limits: null,
    });
  });

  it("takes an empty or blank variable for an unset one", () => {
    const names = Object.keys({ ...CREDENTIALS, DATABASE_URL: "", HOST: "", PORT: "", LOG_LEVEL: "" });
    const blank = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    expect(readConfig(blank(""))).toEqual(readConfig({}));
    expect(readConfig(blank("  "))).toEqual(readConfig({}));
  });

  it.each([
    ["APP_ID", "countersign"],
    ["APP_ID", "0"],
    ["APP_ID", "1.5"],
    ["DATABASE_URL", "mysql://db/countersign"],
    ["DATABASE_URL", "db:5432"],
    ["GITHUB_API_URL", "api.github.com"],
    ["GITHUB_API_URL", "file:///etc/passwd"],
    ["PORT", "http"],
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["LOG_LEVEL", "loud"],
    ["COUNTERSIGN_ALLOW_PRIVATE_TARGETS", "10.0.0.0/8,https://hooks.internal"],
    ["COUNTERSIGN_OPEN_PULL_REQUESTS", "yes"],
    ["COUNTERSIGN_KEEP_DELIVERIES_DAYS", "3"],
    ["COUNTERSIGN_KEEP_DELIVERIES_DAYS", "a week"],
    ["COUNTERSIGN_DOCS_URL", "docs"],
    ["COUNTERSIGN_DOCS_URL", "https://example.com/docs?v=1"],
    ["COUNTERSIGN_DOCS_URL", "https://example.com/docs)"],
    ["COUNTERSIGN_CHANNEL_CHAT", "slack:https://10.0.0.1/hook"],
  ])("refuses %s=%s and names the variable", (name, value) => {
    const error = refusal({ ...CREDENTIALS, [name]: value });
    expect(error.code).toBe("config-invalid");
    expect(error.message).toContain(`${name}: `);
    expect(error.remedy).toContain(".env.example");
  });

  it("names every bad variable at once", () => {
    expect(refusal({ PORT: "x", LOG_LEVEL: "y" }).message).toMatch(/PORT: .*; LOG_LEVEL: /);
  });

  it.each([
    ["WEBHOOK_SECRET", { APP_ID: "1", PRIVATE_KEY: PEM }],
    ["WEBHOOK_SECRET", { APP_ID: "1", PRIVATE_KEY: PEM, WEBHOOK_SECRET: " , ," }],
    ["APP_ID", { PRIVATE_KEY: PEM, WEBHOOK_SECRET: "s" }],
    ["PRIVATE_KEY or PRIVATE_KEY_PATH", { APP_ID: "1", WEBHOOK_SECRET: "s" }],
    ["APP_ID", { WEBHOOK_SECRET: "s" }],
  ])("misses %s where there are only some credentials", (name, variables) => {
    const error = refusal(variables);
    expect(error.code).toBe("config-missing");
    expect(error.message.startsWith(`${name} is not set`)).toBe(true);
    expect(error.remedy).toContain(name);
  });

  it("takes a second secret during rotation, the current one first", () => {
    expect(readConfig({ ...CREDENTIALS, WEBHOOK_SECRET: "new , old" }).app?.webhookSecrets).toEqual([
      "new",
      "old",
    ]);
  });
});

describe("the private key", () => {
  let folder: string;
  const keyOf = (variables: Record<string, string>): string | undefined =>
    readConfig({ APP_ID: "1", WEBHOOK_SECRET: "s", ...variables }).app?.privateKey;
  const keyFile = (text: string): string => {
    const path = join(folder, "app.pem");
    writeFileSync(path, text);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-config-"));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("comes as PEM, on one line with \\n, in base64, or in a file", () => {
    expect(keyOf({ PRIVATE_KEY: PEM })).toBe(PEM.trim());
    expect(keyOf({ PRIVATE_KEY: PEM.replaceAll("\n", "\\n") })).toBe(PEM);
    expect(keyOf({ PRIVATE_KEY: Buffer.from(PEM).toString("base64") })).toBe(PEM);
    expect(keyOf({ PRIVATE_KEY_PATH: keyFile(PEM) })).toBe(PEM);
  });

  it("is taken from PRIVATE_KEY where both are set", () => {
    expect(keyOf({ PRIVATE_KEY: PEM, PRIVATE_KEY_PATH: join(folder, "absent.pem") })).toBe(PEM.trim());
  });

  it.each([
    ["anything", "hunter2"],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    ["a key that was cut", PEM.slice(0, PEM.length / 2)],
  ])("is refused when it is %s, without being told", (_what, text) => {
    const error = refusal({ ...CREDENTIALS, PRIVATE_KEY: text });
    expect(error).toMatchObject({ code: "config-invalid", message: expect.stringMatching(/^PRIVATE_KEY /) });
    expect(`${error.message} ${error.remedy ?? ""}`).not.toContain(text);
  });

  it("names the variable that is wrong, be it the file's", () => {
    const variables = { APP_ID: "1", WEBHOOK_SECRET: "s", PRIVATE_KEY_PATH: keyFile("hunter2") };
    expect(refusal(variables).message).toMatch(/^PRIVATE_KEY_PATH/);
  });

  it("is refused when its file cannot be read", () => {
    const path = join(folder, "absent.pem");
    const error = refusal({ APP_ID: "1", WEBHOOK_SECRET: "s", PRIVATE_KEY_PATH: path });
    expect(error.code).toBe("config-invalid");
    expect(error.message).toContain(`PRIVATE_KEY_PATH: ${path}`);
  });
});

describe(".env.example", () => {
  const root = resolve(import.meta.dirname, "..");
  const example = readFileSync(join(root, ".env.example"), "utf8");
  const listed = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)];

  it("lists exactly the variables that the configuration reads", () => {
    const source = readFileSync(join(root, "src/config.ts"), "utf8");
    const [, shape = ""] = /z\.object\(\{\n(.*?)\n\}\);/s.exec(source) ?? [];
    const read = [...shape.matchAll(/^\s*([A-Z_]+):/gm)].map(([, name]) => name);
    expect(read.length).toBeGreaterThan(5);
    expect(listed.map(([, name]) => name)).toEqual(read);
  });

  it("shows channels that can be read once their blanks are filled in", () => {
    const shown = [...example.matchAll(/^# (COUNTERSIGN_CHANNEL_[A-Z_]+)=(.*)$/gm)].map(
      ([, name = "", value = ""]): [string, string] => [
        name,
        value
          .replace("<routing key>", "0".repeat(32))
          .replace("whsec_…", `whsec_${Buffer.alloc(32).toString("base64")}`)
          .replace("https://…", "https://teams.example")
          .replace("…", "x"),
      ],
    );
    const kinds = readConfig(Object.fromEntries(shown)).channels.map(({ kind }) => kind);
    expect(kinds).toEqual(["slack", "teams", "webhook", "pagerduty", "mail"]);
  });

  it("sets none of them, and says of each what it is", () => {
    for (const [line, name, value] of listed) {
      expect([name, value]).toEqual([name, ""]);
      expect(example).toMatch(new RegExp(`^# .+\\n${line}$`, "m"));
    }
    expect(readConfig(Object.fromEntries(listed.map(([, name = "", value]) => [name, value])))).toEqual(
      readConfig({}),
    );
  });
});

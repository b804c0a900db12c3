import { createPrivateKey } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { CountersignError } from "./errors.js";
import { GITHUB_LIMITS, limitsOf, type SecondaryLimits } from "./github/budget/limits.js";
import { type ChannelConfig } from "./notify/channel.js";
import { parsePrivateTargets, type PrivateTargets } from "./notify/net/addresses.js";
import { readChannels } from "./notify/read-channels.js";

/** How the app was told to run. Everything comes from the environment; `.env.example` lists it all. */
export interface Config extends DatabaseConfig {
  /** `null`: no credentials at all, so the set-up page is shown. */
  readonly app: AppCredentials | null;
  readonly githubApiUrl: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Where alerts can be sent, each under the name by which policies call it. */
  readonly channels: readonly ChannelConfig[];
  /** Where alerts may go besides the public internet. */
  readonly privateTargets: PrivateTargets;
  /** Whether the app may open retroactive pull requests itself; it needs more permissions than app.yml asks for. */
  readonly opensPullRequests: boolean;
  /** How long webhooks that were processed are kept. */
  readonly deliveriesKeptDays: number;
  /** Where the documentation can be read, without a slash at its end; `null`: nowhere that the app knows of. */
  readonly docsUrl: string | null;
  /** GitHub's secondary limits; `null` where none are known. */
  readonly limits: SecondaryLimits | null;
}

export interface DatabaseConfig {
  /** `null`: the embedded database under `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}

export interface AppCredentials {
  readonly id: number;
  readonly privateKey: string;
  /** The first is the current one; a second is accepted while it is being rotated. */
  readonly webhookSecrets: readonly [string, ...string[]];
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const text = z.string().trim().min(1);
const httpUrl = z.url({ protocol: /^https?$/ });

const environment = z.object({
  APP_ID: z.coerce.number().int().positive().optional(),
  PRIVATE_KEY: text.optional(),
  PRIVATE_KEY_PATH: text.optional(),
  WEBHOOK_SECRET: text.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  COUNTERSIGN_DATA_DIR: text.default(".countersign"),
  GITHUB_API_URL: httpUrl.default("https://api.github.com"),
  GITHUB_LIMITS: z.enum(["github.com", "none"]).optional(),
  HOST: text.default("localhost"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  // GitHub delivers again for three days, and what is delivered again has to be known.
  COUNTERSIGN_KEEP_DELIVERIES_DAYS: z.coerce.number().int().min(4).max(36_500).default(30),
  COUNTERSIGN_DOCS_URL: httpUrl.regex(/^[^?#()\s]+$/, "no query, anchor, bracket or space").optional(),
  COUNTERSIGN_ALLOW_PRIVATE_TARGETS: text.default(""),
  COUNTERSIGN_OPEN_PULL_REQUESTS: z.enum(["true", "false"]).default("false"),
});
type Environment = z.infer<typeof environment>;

/** Reads `.env` in the working directory, if there is one; what the environment already says wins. */
export function loadEnvironmentFile(): void {
  if (existsSync(".env")) process.loadEnvFile(".env");
}

/**
 * Keeps Probot's set-up page from downloading and running a webhook proxy: this app takes webhooks at its own address
 * only, and evidence does not pass through a public relay.
 */
export function forgoWebhookProxy(variables: NodeJS.ProcessEnv = process.env): void {
  variables.NO_SMEE_SETUP ??= "true";
}

/**
 * Reads the configuration from environment variables; an empty variable counts as unset.
 * @throws CountersignError `config-invalid` or `config-missing`, naming the variable and how to set it.
 */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const env = parse(environment, variables);
  const privateTargets = readPrivateTargets(env.COUNTERSIGN_ALLOW_PRIVATE_TARGETS);
  return {
    app: readCredentials(env),
    ...databaseOf(env),
    githubApiUrl: env.GITHUB_API_URL.replace(/\/+$/, ""),
    host: env.HOST,
    port: env.PORT,
    logLevel: env.LOG_LEVEL,
    channels: readChannels(variables, privateTargets),
    privateTargets,
    opensPullRequests: env.COUNTERSIGN_OPEN_PULL_REQUESTS === "true",
    deliveriesKeptDays: env.COUNTERSIGN_KEEP_DELIVERIES_DAYS,
    docsUrl: env.COUNTERSIGN_DOCS_URL?.replace(/\/+$/, "") ?? null,
    limits: readLimits(env),
  };
}

/** Those that belong to the address, unless the operator says which. */
function readLimits({ GITHUB_LIMITS: said, GITHUB_API_URL: url }: Environment): SecondaryLimits | null {
  if (said === undefined) return limitsOf(url);
  return said === "none" ? null : GITHUB_LIMITS;
}

/** Only where the database is: for the command line, which needs no credentials. Throws as `readConfig` does. */
export function readDatabaseConfig(variables: NodeJS.ProcessEnv = process.env): DatabaseConfig {
  return databaseOf(parse(environment.pick({ DATABASE_URL: true, COUNTERSIGN_DATA_DIR: true }), variables));
}

const databaseOf = (env: Pick<Environment, "DATABASE_URL" | "COUNTERSIGN_DATA_DIR">): DatabaseConfig => ({
  databaseUrl: env.DATABASE_URL ?? null,
  dataDir: env.COUNTERSIGN_DATA_DIR,
});

function parse<T extends z.ZodType>(schema: T, variables: NodeJS.ProcessEnv): z.infer<T> {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(set);
  if (!parsed.success) throw invalid(parsed.error.issues);
  return parsed.data;
}

function readCredentials(env: Environment): AppCredentials | null {
  const privateKey = readPrivateKey(env);
  const none = env.APP_ID === undefined && privateKey === null && env.WEBHOOK_SECRET === undefined;
  // One that is lost from a running service must not open the set-up page to whoever comes by.
  if (none) return null;
  if (env.APP_ID === undefined) throw missing("APP_ID", "the app's numeric id, from its settings page");
  if (privateKey === null) throw missing("PRIVATE_KEY or PRIVATE_KEY_PATH", "the app's private key (PEM)");
  return { id: env.APP_ID, privateKey, webhookSecrets: readSecrets(env.WEBHOOK_SECRET) };
}

/** Without a secret anyone could send us webhooks, so there is no default. */
function readSecrets(value: string | undefined): readonly [string, ...string[]] {
  const [current, ...older] = (value ?? "")
    .split(",")
    .map((secret) => secret.trim())
    .filter(Boolean);
  if (current === undefined) {
    throw missing(
      "WEBHOOK_SECRET",
      "the secret set on the app's settings page (make one: openssl rand -hex 32)",
    );
  }
  return [current, ...older];
}

function readPrivateKey(env: Environment): string | null {
  const name = env.PRIVATE_KEY === undefined ? "PRIVATE_KEY_PATH" : "PRIVATE_KEY";
  const given = env.PRIVATE_KEY ?? readKeyFile(env.PRIVATE_KEY_PATH);
  if (given === null) return null;
  // One-line forms that hosting platforms need: escaped newlines, or the whole file in base64.
  const decoded = given.includes("-----BEGIN") ? given : Buffer.from(given, "base64").toString("utf8");
  const pem = decoded.replaceAll("\\n", "\n");
  try {
    createPrivateKey(pem);
  } catch (cause) {
    throw new CountersignError("config-invalid", `${name} is not a PEM private key.`, {
      remedy:
        "Set PRIVATE_KEY to the contents of the .pem file that GitHub gave you, or PRIVATE_KEY_PATH to that file.",
      cause,
    });
  }
  return pem;
}

function readKeyFile(path: string | undefined): string | null {
  if (path === undefined) return null;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new CountersignError("config-invalid", `PRIVATE_KEY_PATH: ${path} cannot be read.`, {
      remedy: "Point PRIVATE_KEY_PATH at the app's .pem file and let the service's user read it.",
      cause,
    });
  }
}

function readPrivateTargets(value: string): PrivateTargets {
  const targets = parsePrivateTargets(value);
  if (!("unreadable" in targets)) return targets;
  const what = `${targets.unreadable} is neither a host nor a network`;
  throw new CountersignError("config-invalid", `COUNTERSIGN_ALLOW_PRIVATE_TARGETS: ${what}.`, {
    remedy:
      "List hosts and networks with commas between them, such as hooks.internal,10.1.0.0/16; see .env.example.",
  });
}

function missing(variable: string, what: string): CountersignError {
  return new CountersignError("config-missing", `${variable} is not set: ${what}.`, {
    remedy: `Set ${variable} in the environment or in .env; see .env.example.`,
  });
}

function invalid(issues: readonly z.core.$ZodIssue[]): CountersignError {
  const lines = issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  return new CountersignError("config-invalid", `The environment is not usable. ${lines.join("; ")}.`, {
    remedy: "Mend these variables; .env.example shows each with its form.",
  });
}

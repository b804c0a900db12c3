import { randomBytes, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../../../src/clock.js";
import { isJson, type Json } from "../world/json.js";
import type { Access, Account, App, Installation, Repo } from "../world/model.js";
import { Refusal } from "../world/refusal.js";
import { isoSeconds, reaches, type World } from "../world/world.js";

/** Who sent a request. */
export type Caller =
  | { readonly kind: "app"; readonly app: App }
  | { readonly kind: "installation"; readonly installation: Installation; readonly grant: Grant }
  | { readonly kind: "user"; readonly account: Account };

/** What an installation token allows: never more than its installation. */
export interface Grant {
  readonly token: string;
  readonly expiresAt: Date;
  readonly permissions: Readonly<Record<string, Access>>;
  /** `null`: every repository of the installation. */
  readonly repositories: ReadonlySet<number> | null;
}

const HOUR = 3_600_000;
/** GitHub takes an app's JWT for at most this long, and allows for clocks that differ a little. */
const JWT_LIFE_SECONDS = 600;
const CLOCK_SKEW_SECONDS = 60;

/** Checks who is calling, and issues installation tokens. */
export class AccessOffice {
  readonly #world: World;
  readonly #clock: Clock;
  readonly #issued = new Map<string, { installation: Installation; grant: Grant }>();

  /** @param clock by which credentials begin and end */
  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
  }

  /** @throws Refusal 401 for anything that is not a live credential */
  authenticate(headers: IncomingHttpHeaders): Caller {
    const [scheme = "", credential = ""] = (headers.authorization ?? "").split(" ", 2);
    if (!["bearer", "token"].includes(scheme.toLowerCase()))
      throw new Refusal(401, "Requires authentication");
    if (credential.startsWith("ghs_")) return this.#installationCaller(credential);
    if (credential.startsWith("ghp_")) return { kind: "user", account: this.userByToken(credential) };
    return { kind: "app", app: this.#appByJwt(credential) };
  }

  /** @throws Refusal 401 */
  userByToken(token: string): Account {
    const account = this.#world.accounts.find((candidate) => candidate.token === token);
    if (account === undefined) throw badCredentials();
    return account;
  }

  /** A new installation token, good for an hour. @throws Refusal 403 where suspended, 422 for more than was granted */
  issue(installation: Installation, request: Json): Grant {
    if (installation.suspendedAt !== null) throw new Refusal(403, "This installation has been suspended");
    const token = `ghs_${installation.app.id}_${opaqueJwt()}`;
    const grant: Grant = {
      token,
      expiresAt: new Date(this.#clock.now().getTime() + HOUR),
      permissions: narrowedPermissions(installation, request["permissions"]),
      repositories: this.#narrowedRepositories(installation, request),
    };
    this.#issued.set(token, { installation, grant });
    return grant;
  }

  /** Takes back every token at once, as GitHub does when an app's owner revokes them. */
  revokeAll(): void {
    this.#issued.clear();
  }

  #installationCaller(token: string): Caller {
    const issued = this.#issued.get(token);
    if (issued === undefined || issued.grant.expiresAt <= this.#clock.now()) throw badCredentials();
    if (!this.#world.installations.includes(issued.installation)) throw badCredentials();
    if (issued.installation.suspendedAt !== null)
      throw new Refusal(403, "This installation has been suspended");
    return { kind: "installation", ...issued };
  }

  #narrowedRepositories(installation: Installation, request: Json): ReadonlySet<number> | null {
    const { repositories, repository_ids: ids } = request;
    if (!Array.isArray(repositories) && !Array.isArray(ids)) return null;
    const names: unknown[] = Array.isArray(repositories) ? repositories : [];
    const wanted: unknown[] = Array.isArray(ids) ? ids : [];
    const chosen = this.#world.repositories.filter(
      (repo) => names.includes(repo.name) || wanted.includes(repo.id),
    );
    const reachable = chosen.filter((repo) => reaches(installation, repo));
    if (reachable.length < names.length + wanted.length) {
      throw new Refusal(
        422,
        "There is at least one repository that does not exist or is not accessible to the parent installation.",
      );
    }
    return new Set(reachable.map(({ id }) => id));
  }

  #appByJwt(jwt: string): App {
    const [header, payload, signature] = jwt.split(".");
    const claims = decoded(payload);
    const app = this.#world.apps.find(({ id }) => String(id) === String(claims["iss"]));
    if (app === undefined || decoded(header)["alg"] !== "RS256")
      throw badJwt("A JSON web token could not be decoded");
    const signed = Buffer.from(`${header ?? ""}.${payload ?? ""}`);
    if (!verify("sha256", signed, app.keys().publicKey, Buffer.from(signature ?? "", "base64url"))) {
      throw badJwt("A JSON web token could not be decoded");
    }
    this.#checkTimes(Number(claims["iat"]), Number(claims["exp"]));
    return app;
  }

  #checkTimes(issuedAt: number, expiresAt: number): void {
    const now = this.#clock.now().getTime() / 1_000;
    if (!(issuedAt <= now + CLOCK_SKEW_SECONDS)) {
      throw badJwt(
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      );
    }
    if (!(expiresAt > now))
      throw badJwt(
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    if (!(expiresAt <= now + JWT_LIFE_SECONDS + CLOCK_SKEW_SECONDS))
      throw badJwt("'Expiration time' claim ('exp') is too far in the future");
  }
}

/** Whether the caller may see the repository at all; what it may not see is "not found". */
export function maySee(world: World, caller: Caller, repo: Repo): boolean {
  if (caller.kind === "app") return true;
  if (caller.kind === "user") return world.role(caller.account, repo) !== null;
  const { repositories } = caller.grant;
  return reaches(caller.installation, repo) && (repositories === null || repositories.has(repo.id));
}

/** The answer to a request for a token. */
export function grantJson(grant: Grant): Json {
  return {
    token: grant.token,
    expires_at: isoSeconds(grant.expiresAt),
    permissions: grant.permissions,
    repository_selection: grant.repositories === null ? "all" : "selected",
  };
}

function narrowedPermissions(installation: Installation, wanted: unknown): Readonly<Record<string, Access>> {
  if (!isJson(wanted)) return installation.permissions;
  const narrowed: Record<string, Access> = { metadata: "read" };
  for (const [name, access] of Object.entries(wanted)) {
    const granted = installation.permissions[name];
    if (granted === undefined || (access === "write" && granted === "read")) {
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
    }
    narrowed[name] = access === "write" ? "write" : "read";
  }
  return narrowed;
}

/** Shaped as the longer tokens that GitHub is moving to: three base64url parts. */
function opaqueJwt(): string {
  return [60, 300, 256].map((size) => randomBytes(size).toString("base64url")).join(".");
}

function decoded(part: string | undefined): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

function badCredentials(): Refusal {
  return new Refusal(401, "Bad credentials");
}

function badJwt(message: string): Refusal {
  return new Refusal(401, message);
}

import { spawn } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { refMoved, type RefUpdate } from "../world/branches/changes.js";
import type { Account, Repo } from "../world/model.js";
import { pushBlocker } from "../world/branches/push-rules.js";
import { Refusal } from "../world/refusal.js";
import { canWrite, type World } from "../world/world.js";
import type { AccessOffice } from "./access.js";

export interface GitRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface GitAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const PATH = /^\/(?<owner>[^/]+)\/(?<name>[^/]+)\.git\/(?<rest>info\/refs|git-upload-pack|git-receive-pack)$/;

/** Whether a request is git's own protocol. */
export function isGitPath(pathname: string): boolean {
  return PATH.test(pathname);
}

/** Serves clone, fetch and push by `git http-backend`; the user of a push is told by its token. */
export class SmartHttp {
  readonly #world: World;
  readonly #office: AccessOffice;
  /** One push at a time in a repository, so that before and after can be told apart. */
  readonly #turns = new Map<number, Promise<unknown>>();

  constructor(world: World, office: AccessOffice) {
    this.#world = world;
    this.#office = office;
  }

  async handle(request: GitRequest): Promise<GitAnswer> {
    const account = this.#user(request.headers);
    if (account === null) return challenge();
    const { owner = "", name = "" } = PATH.exec(request.url.pathname)?.groups ?? {};
    const repo = this.#world.repository(owner, name);
    const role = repo === null ? null : this.#world.role(account, repo);
    if (repo === null || role === null) throw new Refusal(404, "Repository not found.");
    if (!isPush(request.url)) return await backend(repo, request, account, {});
    if (!canWrite(role))
      throw new Refusal(403, `Permission to ${owner}/${name}.git denied to ${account.login}.`);
    return await this.#inTurn(repo, async () => await this.#push(repo, request, account));
  }

  async #push(repo: Repo, request: GitRequest, account: Account): Promise<GitAnswer> {
    const before = await repo.git.refs();
    const environment = await this.#rules(repo, request, account);
    const answer = await backend(repo, request, account, environment);
    const after = await repo.git.refs();
    for (const update of changes(before, after)) await refMoved(this.#world, repo, update, account);
    return answer;
  }

  /** Tells the `pre-receive` hook which of the pushed refs the rules keep from this user. */
  async #rules(repo: Repo, request: GitRequest, account: Account): Promise<Record<string, string>> {
    if (!request.url.pathname.endsWith("/git-receive-pack")) return {};
    await writeHook(repo);
    const commands = pushCommands(request.body);
    const refused = commands.filter(
      (update) => pushBlocker(this.#world, repo, update, account, false) !== null,
    );
    const noForce = commands.filter(
      (update) => pushBlocker(this.#world, repo, update, account, true) !== null,
    );
    const refs = (updates: RefUpdate[]) => updates.map(({ ref }) => ref).join(" ");
    return { LOOPBACK_REFUSED: refs(refused), LOOPBACK_NO_FORCE: refs(noForce) };
  }

  async #inTurn<T>(repo: Repo, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(repo.id) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#turns.set(repo.id, mine);
    return await mine;
  }

  #user(headers: IncomingHttpHeaders): Account | null {
    const [scheme = "", credential = ""] = (headers.authorization ?? "").split(" ", 2);
    if (scheme.toLowerCase() !== "basic") return null;
    const password = Buffer.from(credential, "base64").toString("utf8").split(":").slice(1).join(":");
    return this.#office.userByToken(password);
  }
}

/** What changed between two listings of refs, leaving out those that GitHub keeps for itself. */
function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefUpdate[] {
  const refs = [...new Set([...before.keys(), ...after.keys()])].filter(
    (ref) => !ref.startsWith("refs/pull/"),
  );
  return refs
    .map((ref) => ({ ref, before: before.get(ref) ?? null, after: after.get(ref) ?? null }))
    .filter((update) => update.before !== update.after);
}

function isPush(url: URL): boolean {
  return url.pathname.endsWith("/git-receive-pack") || url.searchParams.get("service") === "git-receive-pack";
}

/** The ref updates at the head of a push, in pkt-line format (gitprotocol-pack). */
function pushCommands(body: Buffer): RefUpdate[] {
  const commands: RefUpdate[] = [];
  let at = 0;
  while (at + 4 <= body.length) {
    const length = Number.parseInt(body.toString("latin1", at, at + 4), 16);
    if (!(length > 4)) break;
    const line = body.toString("utf8", at + 4, at + length);
    const [, old = "", next = "", ref = ""] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)/.exec(line) ?? [];
    if (ref !== "") commands.push({ ref, before: orNull(old), after: orNull(next) });
    at += length;
  }
  return commands;
}

function orNull(oid: string): string | null {
  return /^0+$/.test(oid) ? null : oid;
}

const HOOK = `#!/bin/sh
while read -r old new ref; do
  case " $LOOPBACK_REFUSED " in
    *" $ref "*) echo "GH006: Protected branch update failed for $ref." >&2; exit 1 ;;
  esac
  case " $LOOPBACK_NO_FORCE " in
    *" $ref "*) git merge-base --is-ancestor "$old" "$new" || { echo "GH006: Cannot force-push to $ref." >&2; exit 1; } ;;
  esac
done
`;

async function writeHook(repo: Repo): Promise<void> {
  const path = join(repo.git.path, "hooks", "pre-receive");
  await writeFile(path, HOOK);
  await chmod(path, 0o755);
}

async function backend(
  repo: Repo,
  request: GitRequest,
  account: Account,
  environment: Record<string, string>,
): Promise<GitAnswer> {
  const { url, headers, method, body } = request;
  const rest = PATH.exec(url.pathname)?.groups?.["rest"] ?? "";
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      GIT_PROJECT_ROOT: repo.git.path,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      PATH_INFO: `/${rest}`,
      REQUEST_METHOD: method,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers["content-type"] ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
      REMOTE_USER: account.login,
      ...environment,
    },
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.resume();
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return cgiAnswer(Buffer.concat(output));
}

/** A CGI answer (RFC 3875): headers, of which `Status` is the status, an empty line, the body. */
function cgiAnswer(output: Buffer): GitAnswer {
  const end = output.indexOf("\r\n\r\n");
  const lines = output.toString("latin1", 0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const { status = "200", ...rest } = headers;
  return { status: Number.parseInt(status, 10), headers: rest, body: output.subarray(end + 4) };
}

function challenge(): GitAnswer {
  return { status: 401, headers: { "www-authenticate": 'Basic realm="GitHub"' }, body: Buffer.alloc(0) };
}

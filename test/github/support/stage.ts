import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { ManualClock } from "../../../src/clock.js";
import { readManifest, startLoopbackGitHub, type LoopbackGitHub, type Manifest } from "../loopback.js";
import { isJson } from "../world/json.js";
import type {
  InstallationHandle,
  OrganizationHandle,
  PullRequestHandle,
  RepositoryHandle,
  UserHandle,
} from "../scenario.js";

export const MANIFEST: Manifest = readManifest(new URL("../../../app.yml", import.meta.url));
export const SECRET = "a secret of the tests";

/** A small cast on a fresh GitHub: an organization with one repository, an author and a reviewer, the app installed. */
export interface Stage {
  readonly github: LoopbackGitHub;
  readonly clock: ManualClock;
  readonly organization: OrganizationHandle;
  readonly repository: RepositoryHandle;
  readonly author: UserHandle;
  readonly reviewer: UserHandle;
  readonly admin: UserHandle;
  readonly installation: InstallationHandle;
  /** The app as its installation. */
  readonly octokit: Octokit;
}

export async function setStage(manifest: Manifest = MANIFEST): Promise<Stage> {
  // Octokit signs its tokens by the machine's clock, so this one starts there.
  const clock = new ManualClock(new Date());
  const github = await startLoopbackGitHub({ manifest, webhookSecret: SECRET, clock });
  const organization = github.organization("acme");
  const [author, reviewer, admin] = [github.user("ada"), github.user("grace"), github.user("root")];
  const repository = await organization.repository("deploy");
  repository.grant(author, "write");
  repository.grant(reviewer, "write");
  repository.grant(admin, "admin");
  const installation = github.install(organization);
  const octokit = asInstallation(github, installation.id);
  return { github, clock, organization, repository, author, reviewer, admin, installation, octokit };
}

/** A pull request of the author's with one unsigned commit. */
export async function openPull(stage: Stage, branch = "feature"): Promise<PullRequestHandle> {
  const { repository, author } = stage;
  await repository.push(author, branch, {
    message: "Raise the replica count",
    files: { "app.yaml": `${branch}\n` },
  });
  return await repository.openPullRequest(author, {
    head: branch,
    base: "main",
    title: "Raise the replica count",
  });
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function asInstallation(github: LoopbackGitHub, installationId: number): Octokit {
  const auth = { appId: github.appId, privateKey: github.privateKey, installationId };
  return new Octokit({ baseUrl: github.apiUrl, authStrategy: createAppAuth, auth, log: silent });
}

export function asApp(github: LoopbackGitHub): Octokit {
  const auth = { appId: github.appId, privateKey: github.privateKey };
  return new Octokit({ baseUrl: github.apiUrl, authStrategy: createAppAuth, auth, log: silent });
}

export function asUser(github: LoopbackGitHub, user: UserHandle): Octokit {
  return new Octokit({ baseUrl: github.apiUrl, auth: user.token, log: silent });
}

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook address that remembers what it got and answers as the test says. */
export class Listener {
  readonly received: ReceivedWebhook[] = [];
  status = 202;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
        response.writeHead(this.status).end();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no address");
    return `http://127.0.0.1:${address.port}/api/github/webhooks`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Event and action of what came, in order. */
  get events(): string[] {
    return this.received.map(({ headers, body }) => {
      const parsed: unknown = JSON.parse(body);
      const action = isJson(parsed) ? parsed["action"] : undefined;
      return [String(headers["x-github-event"]), ...(typeof action === "string" ? [action] : [])].join(".");
    });
  }
}

/** Status of a refused request, and what GitHub said. */
export async function refusal(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && "status" in error)
      return { status: Number(error.status), message: error.message };
    throw error;
  }
  throw new Error("the request was not refused");
}

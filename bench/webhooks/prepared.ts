import { createHmac, randomUUID } from "node:crypto";
import type { Service } from "../service/service.js";
import type { PreparedRequest } from "./load.js";

/** As long as usual descriptions of pull requests: with it, the payload is as large as usual ones. */
const DESCRIPTION = "Raises the replicas, as agreed at noon.\n".repeat(100);

const LABEL = { id: 1, node_id: "LA_1", name: "urgent", color: "ff0000", default: false, description: null };

/**
 * Makes `count` webhooks at each call, the same one under different GUIDs: the loopback GitHub's of a pull request that
 * was opened, as one of a label, which changes no verdict. So acceptance is measured, and not what may come of it.
 */
export async function prepareWebhooks(
  { github, secret }: Service,
  count: number,
): Promise<() => PreparedRequest[]> {
  const body = Buffer.from(await labelEvent(github));
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return () => Array.from({ length: count }, () => ({ head: headOf(body, signature), body }));
}

function headOf(body: Buffer, signature: string): Buffer {
  const lines = [
    "POST /api/github/webhooks HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: application/json",
    `content-length: ${body.length}`,
    "user-agent: GitHub-Hookshot/bench",
    `x-github-delivery: ${randomUUID()}`,
    "x-github-event: pull_request",
    `x-hub-signature-256: sha256=${signature}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
}

async function labelEvent(github: Service["github"]): Promise<string> {
  const organization = github.organization("acme");
  const author = github.user("alice");
  const repository = await organization.repository("infra");
  repository.grant(author, "write");
  github.install(organization);
  await repository.push(author, "topic", { message: "Change", files: { "replicas.yaml": "3\n" } });
  await repository.openPullRequest(author, {
    head: "topic",
    base: "main",
    title: "Raise the replicas",
    body: DESCRIPTION,
  });
  const opened = github.webhooks.pending.find(({ event }) => event === "pull_request");
  if (opened === undefined) throw new Error("GitHub told of no pull request");
  return JSON.stringify({ ...(JSON.parse(opened.body) as object), action: "labeled", label: LABEL });
}

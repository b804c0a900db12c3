import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { CountersignError, isCountersignError } from "../errors.js";
import type { RepositoryRef } from "../facts/facts.js";
import { parseAnswer } from "./client/parse.js";

const installation = z.object({ id: z.number() });
const repository = z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) });

/**
 * The installation of the app that reaches a repository (`GET /repos/{owner}/{repo}/installation`).
 *
 * @param app acts as the app itself
 * @throws CountersignError `github-not-found` where the app is not installed on it, or another `github-*` code
 */
export async function findInstallation(app: Octokit, owner: string, name: string): Promise<number> {
  try {
    const { data } = await app.request("GET /repos/{owner}/{repo}/installation", { owner, repo: name });
    return parseAnswer(installation, data, "installation").id;
  } catch (error) {
    if (!isCountersignError(error, "github-not-found")) throw error;
    throw new CountersignError("github-not-found", `The app is not installed on ${owner}/${name}.`, {
      remedy: "Check the name, or add the repository to the app in the organization's settings.",
      cause: error,
    });
  }
}

/** A repository by its name, with the id that outlives it. */
export async function findRepository(client: Octokit, owner: string, name: string): Promise<RepositoryRef> {
  const { data } = await client.request("GET /repos/{owner}/{repo}", { owner, repo: name });
  const found = parseAnswer(repository, data, "repository");
  return { id: found.id, owner: found.owner.login, name: found.name };
}

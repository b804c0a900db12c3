import type { Octokit } from "@octokit/rest";
import { CountersignError } from "../../errors.js";
import type {
  Account,
  AppRef,
  CodeScanningFact,
  ControlFiles,
  Fact,
  Landing,
  OrganizationReading,
  RegisteredKeys,
  RepositoryRef,
} from "../../facts/facts.js";
import { known, unknown } from "../../facts/facts.js";
import type { FactSource, PullRequestAddress, PullRequestReading } from "../../facts/source.js";
import { POLICY_PATH, TRUST_FOLDER } from "../../policy/document.js";
import type { BaseBranches } from "./base-branches.js";
import { readCodeScanning } from "./code-scanning.js";
import { query } from "../client/graphql.js";
import { mustBe } from "../client/must-be.js";
import { findMove } from "../branches/activity.js";
import { readLanding } from "../branches/landing.js";
import { readControlFiles } from "../base-branch/read-files.js";
import { ORGANIZATION_MAY_BE_ABSENT, mapOrganization } from "../base-branch/map-organization.js";
import { CONTROL_FILES_AT, ORGANIZATION_POLICY_AT } from "./queries.js";
import { readPullRequest } from "./read-pull-request.js";
import { readRegisteredKeys } from "../people/registered-keys.js";
import { controlFilesAt, organizationPolicyAt } from "./responses.js";

/** Facts as one installation of the app may read them now: it keeps nothing of what judged before. */
export class GitHubFactSource implements FactSource {
  readonly appId: number;
  readonly #client: Octokit;
  readonly #bases: BaseBranches;
  /** See `FactSource.readBotApp`. */
  readonly readBotApp: (account: Account) => Promise<Fact<AppRef>>;

  constructor(appId: number, client: Octokit, bases: BaseBranches, readBotApp: FactSource["readBotApp"]) {
    this.readBotApp = readBotApp;
    this.appId = appId;
    this.#client = client;
    this.#bases = bases;
  }

  async readPullRequest(address: PullRequestAddress): Promise<PullRequestReading> {
    const assumed = this.#bases.lastSeen(address);
    const reading = await readPullRequest(this.#client, address, assumed);
    const actual = reading.pullRequest.base.ref;
    if (actual === assumed) return reading;
    this.#bases.remember(address, actual);
    const again = await readPullRequest(this.#client, address, actual);
    if (again.pullRequest.base.ref === actual) return again;
    throw new CountersignError("head-moved", "The pull request was retargeted while it was read.");
  }

  async readControlFiles(repository: RepositoryRef, commitOid: string): Promise<Fact<ControlFiles>> {
    const asked = {
      owner: repository.owner,
      name: repository.name,
      policyPath: `${commitOid}:${POLICY_PATH}`,
      trustPath: `${commitOid}:${TRUST_FOLDER}`,
      organizationCommit: "HEAD",
    };
    const { data, refused } = await query(
      this.#client,
      CONTROL_FILES_AT,
      controlFilesAt,
      asked,
      ORGANIZATION_MAY_BE_ABSENT,
    );
    if (!data.repository) {
      return unknown("not-found", "The repository could not be read.", "Check the app's installation.");
    }
    mustBe(repository, data.repository.databaseId);
    const { organization } = data;
    return await readControlFiles(this.#client, repository, data.repository, {
      commitOid,
      organization,
      refused,
    });
  }

  async readOrganizationPolicy(owner: string, commitOid: string): Promise<Fact<OrganizationReading>> {
    const { data, refused } = await query(
      this.#client,
      ORGANIZATION_POLICY_AT,
      organizationPolicyAt,
      { owner, organizationCommit: commitOid },
      ORGANIZATION_MAY_BE_ABSENT,
    );
    return mapOrganization(owner, data.organization, refused);
  }

  readRegisteredKeys(
    repository: RepositoryRef,
    login: string,
    kind: RegisteredKeys["kind"],
  ): Promise<Fact<RegisteredKeys> | null> {
    return readRegisteredKeys(this.#client, repository, login, kind);
  }

  async readPusher(repository: RepositoryRef, branch: string, oid: string): Promise<Fact<Account>> {
    const move = await findMove(this.#client, repository, branch, oid, null);
    if (move?.actor) return known(move.actor);
    return unknown(
      "not-found",
      `GitHub's activity log does not say who pushed ${oid.slice(0, 12)}.`,
      "Push the branch again, or re-run this check in a minute: the log can lag.",
    );
  }

  readLanding(
    repository: RepositoryRef,
    branch: string,
    oid: string,
    mergedAt: Date,
  ): Promise<Fact<Landing>> {
    return readLanding(this.#client, repository, branch, oid, mergedAt);
  }

  readCodeScanning(
    address: PullRequestAddress,
    headOid: string,
    asOf: Date | null,
  ): Promise<Fact<CodeScanningFact>> {
    return readCodeScanning(this.#client, address, headOid, asOf);
  }
}

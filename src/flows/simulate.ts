import type { Clock } from "../clock.js";
import { type ControlFile, type ControlFiles, type Fact, known, type RepositoryRef } from "../facts/facts.js";
import type { TreeSource } from "../facts/case-source.js";
import { gather } from "../facts/gather.js";
import type { FactSource } from "../facts/source.js";
import { NO_EMERGENCIES } from "../policy/emergencies.js";
import type { Decision } from "../policy/finding.js";
import { Verifier } from "../signatures/verifier.js";
import { judge } from "./evaluate-pull-request.js";

/** What a policy would have said of one pull request. */
export interface Simulation {
  readonly number: number;
  readonly title: string;
  readonly baseRef: string;
  /** ISO 8601; `null`: it is open. */
  readonly mergedAt: string | null;
  /** Whether the policy controls the branch that it goes to: where not, nothing would be asked of it. */
  readonly controlled: boolean;
  readonly decision: Decision;
}

/** What of an installation is asked; it is only read. */
export interface SimulationPorts {
  readonly facts: FactSource;
  readonly retroactive: TreeSource;
}

/** Policies that are in no repository yet; `null`: the one that there is. */
export interface TriedPolicies {
  readonly policy: ControlFile | null;
  /** The account's, over the repositories' own. */
  readonly organization: ControlFile | null;
}

/**
 * Judges pull requests by policies that are in no repository yet. A merged one is judged as of its merge. Keys and
 * revocations are those of the base branch, protection and everything else are what GitHub shows: of the past, GitHub
 * does not tell how a branch was protected. Nothing is stored and nothing is posted.
 */
export class Simulator {
  readonly #source: FactSource;
  readonly #trees: TreeSource;
  readonly #clock: Clock;
  readonly #verifier = new Verifier();

  constructor({ facts, retroactive }: SimulationPorts, tried: TriedPolicies, clock: Clock) {
    this.#source = under(tried, facts);
    this.#trees = retroactive;
    this.#clock = clock;
  }

  /** @throws CountersignError a `github-*` code, or `head-moved` */
  async simulate(repository: RepositoryRef, number: number): Promise<Simulation> {
    const ports = {
      source: this.#source,
      trees: this.#trees,
      clock: this.#clock,
      verifier: this.#verifier,
      // Who pushed is in the app's own database, which is not asked; GitHub's log of the branch is.
      findPusher: () => Promise.resolve(null),
    };
    const change = await gather({ repository, number }, ports);
    const { title, base, merge } = change.facts.pullRequest;
    return {
      number,
      title,
      baseRef: base.ref,
      mergedAt: merge?.mergedAt ?? null,
      controlled: change.controlled,
      decision: judge(change, NO_EMERGENCIES),
    };
  }
}

/** A source of facts in which every branch has these policy files. */
function under({ policy, organization }: TriedPolicies, source: FactSource): FactSource {
  const governed = (files: Fact<ControlFiles>, { owner }: RepositoryRef): Fact<ControlFiles> => {
    if (!files.known) return files;
    const own = policy === null ? {} : { policy, defaultPolicy: policy };
    const file = organization === null ? null : { ...organization, commitOid: "" };
    const over =
      file === null ? {} : { organization: known({ place: `${owner}/.github`, file, used: null }) };
    return known({ ...files.value, ...own, ...over });
  };
  return {
    appId: source.appId,
    readPullRequest: async (address) => {
      const reading = await source.readPullRequest(address);
      return { ...reading, controlFiles: governed(reading.controlFiles, reading.repository) };
    },
    readControlFiles: async (repository, commitOid, asOf) =>
      governed(await source.readControlFiles(repository, commitOid, asOf), repository),
    readOrganizationPolicy: (...args) => source.readOrganizationPolicy(...args),
    readRegisteredKeys: (...args) => source.readRegisteredKeys(...args),
    readBotApp: (...args) => source.readBotApp(...args),
    readPusher: (...args) => source.readPusher(...args),
    readLanding: (...args) => source.readLanding(...args),
    readCodeScanning: (...args) => source.readCodeScanning(...args),
  };
}

import type { Clock } from "../../clock.js";
import type { ControlFiles, Fact, OrganizationReading, RepositoryRef } from "../../facts/facts.js";
import { known } from "../../facts/facts.js";
import type { FactSource } from "../../facts/source.js";
import type { Installation } from "../../github/github.js";
import { parseOrganizationPolicy } from "../../policy/organization/parse.js";
import type { PolicyStore } from "../../store/ports/policy-store.js";

/** What a tenant's memory of its account's policy needs. */
export interface Memory {
  readonly store: PolicyStore;
  readonly clock: Clock;
  readonly tenantId: number;
}

/**
 * An installation that remembers which revisions of its account's policy have judged. A revision is noted before anyone
 * can judge by it, so whatever is decided afterwards, in whichever process, knows it; what was judged as of a past instant
 * is judged by the revision that held then.
 */
export function remembering(installation: Installation, memory: Memory): Installation {
  const { facts } = installation;
  return {
    ...installation,
    facts: rememberingFacts(facts, memory),
    readBase: async (repository, branch) => {
      const reading = await installation.readBase(repository, branch);
      if (reading === null) return null;
      return { ...reading, controlFiles: await recall(facts, memory, reading.controlFiles, repository) };
    },
  };
}

function rememberingFacts(source: FactSource, memory: Memory): FactSource {
  return {
    appId: source.appId,
    readPullRequest: async (address) => {
      const reading = await source.readPullRequest(address);
      const controlFiles = await recall(source, memory, reading.controlFiles, reading.repository);
      return { ...reading, controlFiles };
    },
    readControlFiles: async (repository, commitOid, asOf = null) => {
      const files = await source.readControlFiles(repository, commitOid, asOf);
      return recall(source, memory, files, repository, asOf);
    },
    readOrganizationPolicy: (...args) => source.readOrganizationPolicy(...args),
    readRegisteredKeys: (...args) => source.readRegisteredKeys(...args),
    readBotApp: (...args) => source.readBotApp(...args),
    readPusher: (...args) => source.readPusher(...args),
    readLanding: (...args) => source.readLanding(...args),
    readCodeScanning: (...args) => source.readCodeScanning(...args),
  };
}

const recall = (
  source: FactSource,
  memory: Memory,
  files: Fact<ControlFiles>,
  { owner }: RepositoryRef,
  asOf: Date | null = null,
): Promise<Fact<ControlFiles>> =>
  withOrganization(files, async (reading) =>
    asOf === null
      ? await noted(reading, memory)
      : ((await asItWas(reading, owner, asOf, { source, memory })) ?? (await noted(reading, memory))),
  );

async function withOrganization(
  files: Fact<ControlFiles>,
  change: (reading: OrganizationReading) => Promise<Fact<OrganizationReading>>,
): Promise<Fact<ControlFiles>> {
  if (!files.known || !files.value.organization.known) return files;
  return known({ ...files.value, organization: await change(files.value.organization.value) });
}

/** The file as it is now, its revision noted, and the highest revision that has judged. */
async function noted(
  reading: OrganizationReading,
  { store, clock, tenantId }: Memory,
): Promise<Fact<OrganizationReading>> {
  const place = { tenantId, of: null };
  const revision = revisionOf(reading);
  const used =
    revision === null
      ? await store.newestRevision(place, null)
      : await store.useRevision(place, { ...revision, usedAt: clock.now().toISOString() });
  return known({ ...reading, used });
}

/** The file as it held at an instant; `null`: none had judged by then. */
async function asItWas(
  now: OrganizationReading,
  owner: string,
  asOf: Date,
  { source, memory }: { readonly source: FactSource; readonly memory: Memory },
): Promise<Fact<OrganizationReading> | null> {
  // GitHub tells instants to the second, so what was noted within that second may still have been before.
  const endOfSecond = new Date(asOf.getTime() + 999);
  const used = await memory.store.newestRevision({ tenantId: memory.tenantId, of: null }, endOfSecond);
  if (used === null) return null;
  const present = revisionOf(now);
  if (present?.revision === used.revision && present.digest === used.digest) return known({ ...now, used });
  const then = await source.readOrganizationPolicy(owner, used.commitOid);
  return then.known ? known({ ...then.value, used }) : then;
}

function revisionOf({ file }: OrganizationReading) {
  const parsed = file === null ? null : parseOrganizationPolicy(file.text);
  if (file === null || parsed?.ok !== true) return null;
  const { revision, digest } = parsed.policy;
  return { revision, digest, commitOid: file.commitOid };
}

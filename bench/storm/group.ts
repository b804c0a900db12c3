import type { Envelope } from "../../test/github/http/webhooks.js";
import type { Figure } from "../figure.js";
import type { Group, Scale } from "../group.js";
import { Deployments } from "../service/deployments.js";
import { Service } from "../service/service.js";
import { Verdicts } from "../service/verdicts.js";

const PULLS: Readonly<Record<Scale, number>> = { full: 200, quick: 20 };
/** Webhooks that GitHub sends at the same time. */
const AT_ONCE = 16;

/** Many pull requests at once, as from a bot: until each has its verdict, with one process and with two. */
export const storm: Group = {
  name: "storm",
  run: async (scale, say) => {
    const pulls = PULLS[scale];
    say(`${pulls} pull requests at once, one process…`);
    const one = await secondsOf(pulls, 1);
    say(`${pulls} pull requests at once, two processes on one database…`);
    const two = await secondsOf(pulls, 2);
    const figure = { group: "storm", unit: "s", goal: null } satisfies Partial<Figure>;
    return [
      { ...figure, name: `${pulls} verdicts, one process`, ours: one, peer: null },
      {
        ...figure,
        name: `${pulls} verdicts, two processes`,
        ours: two,
        peer: { name: "one process", value: one },
      },
    ];
  },
};

/** From the first webhook to the last check run, on a GitHub and a database of their own. */
async function secondsOf(count: number, processes: number): Promise<number> {
  const service = await Service.create();
  try {
    const { webhooks } = service.github;
    const deployments = await Deployments.create(service.github);
    const verdicts = new Verdicts(service.github);
    const urls = await startOn(service, processes);
    // Not counted: every process learns of the repository, gets its token, and runs its code for the first times.
    const warm = await deployments.open(named("warm", AT_ONCE), 1);
    await deliverAll(webhooks.pending.splice(0), service, urls);
    await verdicts.posted(warm);
    await service.quiet();

    webhooks.hold();
    const pulls = await deployments.open(named("storm", count), 1);
    const envelopes = webhooks.pending.splice(0);
    const start = performance.now();
    await Promise.all([deliverAll(envelopes, service, urls), verdicts.posted(pulls)]);
    const seconds = (performance.now() - start) / 1_000;
    await service.quiet();
    return seconds;
  } finally {
    await service.dispose();
  }
}

async function startOn(service: Service, processes: number): Promise<readonly string[]> {
  const database = await service.newDatabase();
  const urls: string[] = [];
  while (urls.length < processes) urls.push(`${(await service.start(database)).url}/api/github/webhooks`);
  return urls;
}

const named = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_one, index) => `${name}-${index}`);

/** Sends webhooks to the processes in turn, as a proxy before them does, and from now on all others as they come. */
async function deliverAll(
  envelopes: readonly Envelope[],
  { github: { webhooks } }: Service,
  urls: readonly string[],
): Promise<void> {
  await webhooks.resume();
  let sent = 0;
  const waiting = envelopes.values();
  const sender = async (): Promise<void> => {
    for (const envelope of waiting) {
      webhooks.url = urls[sent % urls.length] ?? null;
      sent += 1;
      const { statusCode, status } = await webhooks.deliver(envelope);
      if (statusCode !== 202) throw new Error(`A webhook was not accepted: ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

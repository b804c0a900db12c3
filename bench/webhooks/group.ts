import type { Figure } from "../figure.js";
import type { Group, Say, Scale } from "../group.js";
import { percentile } from "../percentile.js";
import { drained, Service } from "../service/service.js";
import { startBareProbot } from "./bare-probot.js";
import { type Answered, sendAll } from "./load.js";
import { prepareWebhooks } from "./prepared.js";

/** Webhooks a turn. */
const WEBHOOKS: Readonly<Record<Scale, number>> = { full: 5_000, quick: 500 };
const TURNS = 3;
/** As GitHub does, several at once. */
const CONNECTIONS = 64;

/** How fast webhooks are accepted and stored for good, beside a bare Probot app that stores nothing. */
export const webhooks: Group = {
  name: "webhooks",
  run: async (scale, say) => {
    const service = await Service.create();
    try {
      return await measure(service, WEBHOOKS[scale], say);
    } finally {
      await service.dispose();
    }
  },
};

async function measure(service: Service, count: number, say: Say): Promise<Figure[]> {
  const prepare = await prepareWebhooks(service, count);
  const app = await service.start(await service.newDatabase());
  const probot = await startBareProbot(service);
  try {
    const best: { ours: Answered | null; peer: Answered | null } = { ours: null, peer: null };
    // The first turn is not counted: code is compiled in several steps while it runs.
    for (let turn = 0; turn <= TURNS; turn += 1) {
      say(turn === 0 ? "Warming up…" : `Turn ${turn} of ${TURNS}: ${count} webhooks to each…`);
      const ours = await sendAll(new URL(app.url), prepare(), CONNECTIONS);
      // Worked off, so that it does not weigh on the other.
      await drained(app);
      const peer = await sendAll(probot.url, prepare(), CONNECTIONS);
      if (turn > 0) Object.assign(best, { ours: faster(ours, best.ours), peer: faster(peer, best.peer) });
    }
    return figuresOf(best.ours, best.peer);
  } finally {
    probot.end();
  }
}

const faster = (one: Answered, other: Answered | null): Answered =>
  other === null || one.seconds < other.seconds ? one : other;

function figuresOf(ours: Answered | null, peer: Answered | null): Figure[] {
  if (ours === null || peer === null) return [];
  const name = "bare Probot";
  const rate = ({ latencies, seconds }: Answered): number => latencies.length / seconds;
  const latency = (percent: number): Figure => ({
    group: "webhooks",
    name: `time to acceptance, p${percent}`,
    unit: "ms",
    ours: percentile(ours.latencies, percent),
    peer: { name, value: percentile(peer.latencies, percent) },
    goal: null,
  });
  return [
    {
      group: "webhooks",
      name: "webhooks accepted",
      unit: "/s",
      ours: rate(ours),
      peer: { name, value: rate(peer) },
      goal: { kind: "at-least", ratio: 0.7 },
    },
    latency(50),
    latency(99),
  ];
}

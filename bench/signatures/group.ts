import { availableParallelism } from "node:os";
import type { Figure } from "../figure.js";
import type { Group, Scale } from "../group.js";
import { algorithmFigures } from "./algorithms.js";
import { fastestByTurns } from "../measure.js";
import { countersignVerify, gitVerify } from "./commands.js";
import { makeHistory, type History } from "./history.js";

interface Sizes {
  /** Commits verified by both Countersign and git. */
  readonly compared: number;
  /** Commits of the shorter of the two runs whose memory is compared: memory has levelled off by then. */
  readonly long: number;
  readonly largest: number;
  /** Milliseconds of each turn of an algorithm. */
  readonly turn: number;
}

const SIZES: Readonly<Record<Scale, Sizes>> = {
  full: { compared: 3000, long: 30_000, largest: 100_000, turn: 100 },
  quick: { compared: 300, long: 3000, largest: 10_000, turn: 20 },
};
/** git takes long. */
const GIT_TURNS = 1;
const CORE_TURNS = 3;

/** Signature verification: each algorithm, and the command over whole histories. */
export const signatures: Group = {
  name: "signatures",
  run: async (scale, say) => {
    const sizes = SIZES[scale];
    say("Each algorithm on one thread, beside the bare mathematics…");
    const algorithms = await algorithmFigures(sizes.turn);
    say(`Signing a history of ${sizes.largest} commits…`);
    const history = await makeHistory(sizes.largest);
    try {
      return [...algorithms, ...(await commandFigures(history, sizes, say))];
    } finally {
      await history.dispose();
    }
  },
};

async function commandFigures(
  history: History,
  sizes: Sizes,
  say: (line: string) => void,
): Promise<Figure[]> {
  say(`countersign verify and git verify-commit over ${sizes.compared} commits…`);
  // Not counted: it brings the repository and the programs into memory.
  await countersignVerify(history, sizes.compared);
  const compared = await besideGit(history, sizes.compared);
  say(`countersign verify over ${sizes.largest} commits, on all cores and on one…`);
  const cores = await onCores(history, sizes.largest);
  say(`countersign verify over ${sizes.largest} commits, on one thread…`);
  const threads = await onThreads(history, sizes.largest, cores);
  say(`countersign verify over ${sizes.long} and ${sizes.largest} commits…`);
  const memory = await memoryOf(history, sizes);
  return [compared, cores, threads, memory];
}

async function besideGit(history: History, commits: number): Promise<Figure> {
  const times = await fastestByTurns(
    async () => (await countersignVerify(history, commits)).seconds,
    async () => await gitVerify(history, commits),
    GIT_TURNS,
  );
  return {
    group: "signatures",
    name: `countersign verify, ${commits} commits`,
    unit: "/s",
    ours: commits / times.ours,
    peer: { name: "git verify-commit", value: commits / times.peer },
    goal: { kind: "at-least", ratio: 15 },
  };
}

async function onCores(history: History, commits: number): Promise<Figure> {
  const times = await fastestByTurns(
    async () => (await countersignVerify(history, commits)).seconds,
    async () => (await countersignVerify(history, commits, { core: 0 })).seconds,
    CORE_TURNS,
  );
  return {
    group: "signatures",
    name: `${availableParallelism()} cores, ${commits} commits`,
    unit: "/s",
    ours: commits / times.ours,
    peer: { name: "one core", value: commits / times.peer },
    goal: { kind: "at-least", ratio: 1.7 },
  };
}

/** The same run beside one thread, whose git has the other cores: no goal, for what git does is then done elsewhere. */
async function onThreads(history: History, commits: number, { ours }: Figure): Promise<Figure> {
  let seconds = Infinity;
  for (let turn = 0; turn < CORE_TURNS; turn += 1)
    seconds = Math.min(seconds, (await countersignVerify(history, commits, { threads: 1 })).seconds);
  return {
    group: "signatures",
    name: `${availableParallelism()} threads, ${commits} commits`,
    unit: "/s",
    ours,
    peer: { name: "one thread, and git", value: commits / seconds },
    goal: null,
  };
}

async function memoryOf(history: History, { long, largest }: Sizes): Promise<Figure> {
  const fewer = await countersignVerify(history, long);
  const all = await countersignVerify(history, largest);
  return {
    group: "signatures",
    name: `largest memory, ${largest} commits`,
    unit: "MiB",
    ours: all.peak,
    peer: { name: `${long} commits`, value: fewer.peak },
    goal: { kind: "at-most", ratio: 1.1 },
  };
}

import type { Figure } from "../figure.js";
import type { Group, Scale } from "../group.js";
import { algorithmFigures } from "./algorithms.js";
import { fastestByTurns } from "../measure.js";
import { countersignVerify, gitVerify } from "./commands.js";
import { makeHistory, type History } from "./history.js";

interface Sizes {
  /** Commits verified by both Countersign and git. */
  readonly compared: number;
  /** Commits of the run on one and on two threads. */
  readonly long: number;
  /** Commits of the two runs whose memory is compared; both start as many threads. */
  readonly small: number;
  readonly largest: number;
  /** Milliseconds of each turn of an algorithm. */
  readonly turn: number;
}

const SIZES: Readonly<Record<Scale, Sizes>> = {
  full: { compared: 3000, long: 30_000, small: 3000, largest: 100_000, turn: 100 },
  quick: { compared: 300, long: 3000, small: 3000, largest: 10_000, turn: 20 },
};
/** git takes long. */
const GIT_TURNS = 1;
const THREAD_TURNS = 3;

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
  await countersignVerify(history, sizes.compared, null);
  const compared = await besideGit(history, sizes.compared);
  say(`countersign verify over ${sizes.long} commits, on one thread and on two…`);
  const threads = await onThreads(history, sizes.long);
  say(`countersign verify over ${sizes.largest} commits…`);
  const memory = await memoryOf(history, sizes);
  return [compared, threads, memory];
}

async function besideGit(history: History, commits: number): Promise<Figure> {
  const times = await fastestByTurns(
    async () => (await countersignVerify(history, commits, null)).seconds,
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

async function onThreads(history: History, commits: number): Promise<Figure> {
  const on = (threads: number) => async () => (await countersignVerify(history, commits, threads)).seconds;
  const times = await fastestByTurns(on(2), on(1), THREAD_TURNS);
  return {
    group: "signatures",
    name: `two threads, ${commits} commits`,
    unit: "/s",
    ours: commits / times.ours,
    peer: { name: "one thread", value: commits / times.peer },
    goal: { kind: "at-least", ratio: 1.7 },
  };
}

async function memoryOf(history: History, { small, largest }: Sizes): Promise<Figure> {
  const few = await countersignVerify(history, small, null);
  const all = await countersignVerify(history, largest, null);
  return {
    group: "signatures",
    name: `largest memory, ${largest} commits`,
    unit: "MiB",
    ours: all.peak,
    peer: { name: `${small} commits`, value: few.peak },
    goal: { kind: "at-most", ratio: 1.25 },
  };
}

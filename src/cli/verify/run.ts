import { availableParallelism } from "node:os";
import type { Clock } from "../../clock.js";
import type { Found } from "../../git/objects.js";
import { GitRepository } from "../../git/repository.js";
import { visible } from "../../report/escape.js";
import { Channel } from "./channel.js";
import type { Answered, Subject } from "./chunk.js";
import { keepHeapSmall } from "./heap.js";
import type { VerifyOptions } from "./options.js";
import type { Output } from "./output/output.js";
import type { Progress } from "./output/progress.js";
import { remedies, summary } from "./output/summary.js";
import { select } from "./select.js";
import { add, emptyTally, notGood, type Tally } from "./tally.js";
import { Crew } from "./threads/crew.js";
import { readGround } from "./trust/ground.js";

export interface Streams {
  readonly input: AsyncIterable<Buffer>;
  readonly output: Output;
  /** Takes a line for people. */
  readonly note: (line: string) => void;
  /** `null`: nobody would see it. */
  readonly progress: Progress | null;
}

/** More threads than that wait for git. */
const MOST_THREADS = 8;
/** Complaints that are shown one by one. */
const MOST_UNREAD_SHOWN = 20;

/**
 * Verifies what the options ask for and writes a line an object. Gives the exit code: 0 all good, 1 something is not, 2
 * some name stood for nothing that can be verified.
 * @throws CountersignError where it cannot go on; what was written before that stands
 */
export async function runVerify(options: VerifyOptions, streams: Streams, clock: Clock): Promise<number> {
  const repository = await GitRepository.open(options.repository);
  const { trust, material, rules, notes } = await readGround(options, repository);
  notes.forEach(streams.note);
  if (repository.shallow) streams.note(SHALLOW);
  const threads = options.threads ?? Math.min(availableParallelism(), MOST_THREADS);
  const at = options.at ?? clock.now();
  keepHeapSmall();
  const crew = new Crew(threads, trust, { material, rules, at, json: options.json });
  const unread = new Unread(streams.note);
  try {
    const chunks = select(repository, options.selection, streams.input, crew.expect);
    const tally = await report(verifyAll(chunks, crew, unread), streams);
    streams.progress?.erase();
    repository.notes.forEach(streams.note);
    conclude(tally, unread.count, options, streams.note);
    if (unread.count > 0) return 2;
    return notGood(tally, options.requireIdentity) > 0 ? 1 : 0;
  } finally {
    streams.progress?.erase();
    await crew.close();
  }
}

const SHALLOW =
  "This is a shallow clone: commits below its boundary are not here, and not verified (git fetch --unshallow).";

interface UnderWay {
  readonly answered: Promise<Answered>;
}

/** Verifies chunks as they come, several at a time where there are threads, and gives the answers in their order. */
function verifyAll(
  chunks: AsyncIterable<readonly Found[]>,
  crew: Crew,
  unread: Unread,
): AsyncIterable<UnderWay> {
  const underWay = new Channel<UnderWay>(crew.depth);
  const feed = async (): Promise<void> => {
    for await (const chunk of chunks) {
      const answered = crew.verify(chunk.flatMap((found) => unread.subjectIn(found)));
      // It is looked at in its turn.
      answered.catch(() => undefined);
      if (!(await underWay.push({ answered }))) return;
    }
  };
  feed().then(
    () => {
      underWay.close();
    },
    (error: unknown) => {
      underWay.close({ error });
    },
  );
  return underWay;
}

async function report(answers: AsyncIterable<UnderWay>, { output, progress }: Streams): Promise<Tally> {
  const total = emptyTally();
  for await (const { answered } of answers) {
    const { lines, tally } = await answered;
    if (lines.length > 0) await output.write(lines);
    add(total, tally);
    progress?.update(total);
  }
  return total;
}

function conclude(tally: Tally, unread: number, options: VerifyOptions, note: Streams["note"]): void {
  if (!options.json) remedies(tally, options.requireIdentity).forEach(note);
  note(summary(tally, unread, options.requireIdentity));
}

/** Names that stood for nothing that can be verified. Each is said; none is passed over as if it were good. */
class Unread {
  readonly #note: Streams["note"];
  #count = 0;

  constructor(note: Streams["note"]) {
    this.#note = note;
  }

  get count(): number {
    return this.#count;
  }

  /** What is to be verified of what git found; nothing where it is no commit or tag. */
  subjectIn(found: Found): readonly Subject[] {
    if (found.kind === "object" && (found.type === "commit" || found.type === "tag"))
      return [{ type: found.type, oid: found.oid, raw: found.raw }];
    this.#count += 1;
    if (this.#count <= MOST_UNREAD_SHOWN) this.#note(`${visible(found.name)}: ${whyUnread(found)}`);
    return [];
  }
}

function whyUnread(found: Found): string {
  switch (found.kind) {
    case "object":
    case "unwanted":
      return `It is a ${found.type}; only commits and tags are signed.`;
    case "too-large":
      return `It has ${found.size} bytes, more than a commit or tag can have here.`;
    case "unknown":
      return found.why === "ambiguous"
        ? "Several objects begin so; give more of the id."
        : "There is no such object or revision here. If the clone is partial or shallow, fetch it: git fetch.";
  }
}

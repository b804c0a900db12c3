import { CountersignError } from "../errors.js";
import { visible } from "../report/escape.js";
import { type Answer, BatchParser, type Wanted } from "./batch-parser.js";
import { GitProcess, type GitLaunch } from "./process.js";

/** What git has by one name, in the order in which the names were given. */
export type Found = Answer & {
  /** As it was asked for: an object id, or any of gitrevisions(7). */
  readonly name: string;
};

/** Names as they come to be known. */
export type Names = AsyncIterable<readonly string[]> | Iterable<readonly string[]>;

export interface ReadOptions extends Wanted {
  /** Answers are handed on once so many are there, or so many bytes, or no more are to come for now. */
  readonly chunk: { readonly objects: number; readonly bytes: number };
  /**
   * Git may keep answers back until they fill a buffer, or no more names are to come: a fraction of the writing and
   * reading, for names that depend on no answer.
   */
  readonly buffered: boolean;
}

/** Asked for ahead: enough that git never waits for us, few enough that memory stays flat. */
const MOST_ASKED = 2_000;
const NAME_LIMIT = 4_096;

/**
 * Reads objects by `git cat-file --batch`. Names are taken as they come and answered as git answers; both wait for
 * whoever takes the answers, so a history of any length needs the memory of a few chunks.
 *
 * @throws CountersignError `git-failed` where git ends early, `revision-unknown` for a name that cannot be one, and
 * whatever `names` throws, once everything before has been handed on.
 */
export async function* readObjects(
  launch: GitLaunch,
  names: Names,
  options: ReadOptions,
): AsyncGenerator<readonly Found[]> {
  const git = new GitProcess(launch, ["cat-file", "--batch", ...(options.buffered ? ["--buffer"] : [])]);
  const asked = new Asked();
  const asking = ask(git, names, asked);
  try {
    for await (const chunk of chunksOf(answersOf(git, asked, options), asked, options)) yield chunk;
    await git.ended();
    if (asked.size > 0) throw git.failure("ended before it had answered");
    const failure = await asking;
    if (failure !== null) throw failure.error;
  } finally {
    // Whoever takes the answers may have had enough.
    asked.close();
    git.kill();
  }
}

/** The names that git has yet to answer, and a gate that opens when there are fewer. */
class Asked {
  #names: string[] = [];
  #next = 0;
  #closed = false;
  #room: (() => void) | null = null;

  get size(): number {
    return this.#names.length - this.#next;
  }

  get closed(): boolean {
    return this.#closed;
  }

  add(name: string): void {
    this.#names.push(name);
  }

  take(): string | undefined {
    const name = this.#names[this.#next];
    this.#next += 1;
    if (this.#next > MOST_ASKED) {
      this.#names = this.#names.slice(this.#next);
      this.#next = 0;
    }
    if (this.size < MOST_ASKED / 2) this.#open();
    return name;
  }

  close(): void {
    this.#closed = true;
    this.#open();
  }

  async room(): Promise<void> {
    while (this.size >= MOST_ASKED && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
  }

  #open(): void {
    this.#room?.();
    this.#room = null;
  }
}

/** Never rejects: a failure of `names` is told after the answers to what was asked before. */
async function ask(git: GitProcess, names: Names, asked: Asked): Promise<{ readonly error: unknown } | null> {
  try {
    for await (const batch of names) {
      for (let from = 0; from < batch.length; from += MOST_ASKED) {
        await asked.room();
        if (asked.closed) return null;
        const part = batch.slice(from, from + MOST_ASKED);
        part.forEach(refuseImpossible);
        for (const name of part) asked.add(name);
        await git.write(part.map((name) => `${name}\n`).join(""));
      }
    }
    return null;
  } catch (error) {
    return { error };
  } finally {
    git.endInput();
  }
}

/** Git reads a name a line, and up to NUL: such a name would be answered for another. */
function refuseImpossible(name: string): void {
  if (name !== "" && name.length <= NAME_LIMIT && !/[\n\0]/.test(name)) return;
  throw new CountersignError("revision-unknown", `“${visible(name.slice(0, 80))}” cannot name an object.`, {
    remedy: "Give one object id or revision a line: see git help revisions.",
  });
}

async function* answersOf(git: GitProcess, asked: Asked, wanted: Wanted): AsyncGenerator<readonly Found[]> {
  const parser = new BatchParser(wanted);
  for await (const piece of git.output()) {
    yield parse(git, parser, piece).map((answer) => ({ ...answer, name: nameOf(git, answer, asked) }));
  }
  if (parser.midway) {
    await git.ended();
    throw git.failure("ended in the middle of an object");
  }
}

function parse(git: GitProcess, parser: BatchParser, piece: Buffer): readonly Answer[] {
  try {
    return parser.push(piece);
  } catch (error) {
    throw git.failure(
      `wrote what cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

/** An answer to another question would put one object's verdict under the id of another. */
function nameOf(git: GitProcess, answer: Answer, asked: Asked): string {
  const name = asked.take();
  const fits = name !== undefined && (!("oid" in answer) || !OBJECT_ID.test(name) || answer.oid === name);
  if (!fits) throw git.failure("answered what was not asked");
  return name;
}

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

async function* chunksOf(
  pieces: AsyncIterable<readonly Found[]>,
  asked: Asked,
  { chunk }: ReadOptions,
): AsyncGenerator<readonly Found[]> {
  let held: Found[] = [];
  let bytes = 0;
  for await (const found of pieces) {
    for (const answer of found) {
      held.push(answer);
      bytes += answer.kind === "object" ? answer.raw.length : 0;
      if (held.length < chunk.objects && bytes < chunk.bytes) continue;
      yield held;
      [held, bytes] = [[], 0];
    }
    // Whoever asks line by line gets each answer before the next question.
    if (asked.size === 0 && held.length > 0) {
      yield held;
      [held, bytes] = [[], 0];
    }
  }
  if (held.length > 0) yield held;
}

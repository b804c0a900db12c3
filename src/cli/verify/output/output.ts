import { CountersignError } from "../../../errors.js";

/** Whoever read the output has gone, as `head` does when it has enough. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Standard output, at the pace of whoever reads it. */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #failure: Error | null = null;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on("error", (error: NodeJS.ErrnoException) => {
      this.#failure ??= failureOf(error);
    });
  }

  /** Resolves once there is room for more. @throws ReaderGone, or CountersignError where it cannot be written */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(failureOf(error));
      });
    });
  }
}

function failureOf(error: NodeJS.ErrnoException): Error {
  if (error.code === "EPIPE") return new ReaderGone();
  return new CountersignError("file-unreadable", `Standard output cannot be written: ${error.message}.`, {
    remedy: "See that there is room where it goes.",
    cause: error,
  });
}

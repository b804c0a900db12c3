import type { OctokitResponse } from "@octokit/types";
import { answerIn } from "./answers.js";

type Response = OctokitResponse<unknown>;

/** Bodies of one installation that are kept, in characters: the last used ones. */
const MOST_KEPT = 4_000_000;
const LARGEST_KEPT = 500_000;

/** An answer as it was, by its address. */
interface Kept {
  readonly etag: string;
  /** JSON: whoever gets it may change it. */
  readonly body: string;
  readonly link: string | undefined;
}

export interface Asked {
  readonly response: Response;
  readonly answer: Response;
}

/**
 * What one installation was answered, and by which tag GitHub knows it. Asked with the tag, GitHub answers 304 where
 * nothing changed, at no cost of the hour's requests. Nothing is ever taken from here that GitHub did not confirm just
 * now, and nothing of one installation is seen by another.
 *
 * https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export class Etags {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /**
   * Asks for what is at an address, with the tag by which it was known, if it was.
   * @param send sends the request with more headers; rejects as Octokit does, which takes 304 for an error
   * @returns the response as if all of it had been sent again, and the answer as it came
   */
  async ask(
    url: string,
    send: (headers: Readonly<Record<string, string>>) => Promise<Response>,
  ): Promise<Asked> {
    const kept = this.#kept.get(url);
    try {
      const response = await send(kept === undefined ? {} : { "if-none-match": kept.etag });
      this.#keep(url, response);
      return { response, answer: response };
    } catch (error) {
      const answer = answerIn(error);
      if (kept === undefined || answer?.status !== 304) throw error;
      this.#touch(url, kept);
      return { response: confirmed(kept, answer), answer };
    }
  }

  #keep(url: string, { headers, data }: Response): void {
    this.#drop(url);
    const { etag, link } = headers;
    if (etag === undefined) return;
    const body = JSON.stringify(data);
    if (body.length > LARGEST_KEPT) return;
    this.#kept.set(url, { etag, body, link });
    this.#size += body.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MOST_KEPT) break;
      this.#drop(oldest);
    }
  }

  /** What is used last is dropped last; another answer may have come meanwhile. */
  #touch(url: string, kept: Kept): void {
    if (this.#kept.get(url) !== kept) return;
    this.#kept.delete(url);
    this.#kept.set(url, kept);
  }

  #drop(url: string): void {
    this.#size -= this.#kept.get(url)?.body.length ?? 0;
    this.#kept.delete(url);
  }
}

function confirmed({ body, link: earlier }: Kept, unchanged: Response): Response {
  const { link = earlier } = unchanged.headers;
  const data: unknown = JSON.parse(body);
  return {
    ...unchanged,
    status: 200,
    headers: { ...unchanged.headers, ...(link === undefined ? {} : { link }) },
    data,
  };
}

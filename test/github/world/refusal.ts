/** What GitHub answers where it will not do something. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[];

  constructor(status: number, message: string, errors: readonly unknown[] = []) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** GitHub's 422, with one error in words. */
export function unprocessable(message: string): Refusal {
  return new Refusal(422, "Validation Failed", [message]);
}

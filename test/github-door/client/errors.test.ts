import { describe, expect, it } from "@jest/globals";
import { RequestError } from "@octokit/request-error";
import { CountersignError } from "../../../src/errors.js";
import { githubError, rateLimitError } from "../../../src/github/client/errors.js";

const NOW = new Date("2026-11-20T12:00:00Z");
const WHAT = "GET /repos/{owner}/{repo}";
const REQUEST = { method: "GET" as const, url: "https://api.github.com/repos/acme/infra", headers: {} };

const answered = (status: number, headers: Readonly<Record<string, string>> = {}): RequestError =>
  new RequestError("secret ghs_token", status, {
    request: REQUEST,
    response: { status, url: REQUEST.url, headers: { ...headers }, data: {} },
  });

describe("githubError", () => {
  it.each([
    [401, {}, "github-unavailable"],
    [403, {}, "github-forbidden"],
    [403, { "x-ratelimit-remaining": "4999", "x-ratelimit-reset": "1900000000" }, "github-forbidden"],
    [404, {}, "github-not-found"],
    [410, {}, "github-not-found"],
    [451, {}, "github-not-found"],
    [409, {}, "github-rejected"],
    [422, {}, "github-rejected"],
    [422, { "retry-after": "30" }, "github-rejected"],
    [500, {}, "github-unavailable"],
    [502, {}, "github-unavailable"],
    [503, { "retry-after": "30" }, "github-unavailable"],
  ])("takes %i with %j for %s", (status, headers, code) => {
    const cause = answered(status, headers);
    const error = githubError(cause, WHAT, NOW);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toContain(WHAT);
    expect(error.retryAt).toBeUndefined();
  });

  it("waits a minute at a secondary limit that says so only by its documentation", () => {
    const documentation_url =
      "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";
    const limited = answered(403);
    const { response } = limited;
    if (response === undefined) throw new Error("it was answered");
    const cause = new RequestError("limited", 403, {
      request: REQUEST,
      response: {
        ...response,
        data: { message: "You have exceeded a secondary rate limit.", documentation_url },
      },
    });
    expect(githubError(cause, WHAT, NOW)).toMatchObject({
      code: "github-rate-limited",
      retryAt: new Date("2026-11-20T12:01:00Z"),
    });
  });

  const reset = String(Date.parse("2026-11-20T12:40:00Z") / 1000);
  it.each([
    ["a secondary limit with its time", 403, { "retry-after": "90" }, "2026-11-20T12:01:30Z"],
    ["429 with its time", 429, { "retry-after": "0" }, "2026-11-20T12:00:05Z"],
    [
      "a few seconds at least where the time it names is past",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000000" },
      "2026-11-20T12:00:05Z",
    ],
    ["429 without a time: a minute, as documented", 429, {}, "2026-11-20T12:01:00Z"],
    ["429 with a time that is none", 429, { "retry-after": "soon" }, "2026-11-20T12:01:00Z"],
    [
      "the hour's requests used up",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
      "2026-11-20T12:40:00Z",
    ],
    [
      "used up, said with 429",
      429,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
      "2026-11-20T12:40:00Z",
    ],
  ])("waits out %s", (_what, status, headers, retryAt) => {
    const error = githubError(answered(status, headers), WHAT, NOW);
    expect(error).toMatchObject({ code: "github-rate-limited", retryAt: new Date(retryAt) });
  });

  it.each([
    ["a cut connection", new RequestError("other side closed", 500, { request: REQUEST })],
    ["a timeout", new DOMException("The operation timed out.", "TimeoutError")],
    ["a bug of a library", new TypeError("x is undefined")],
    ["something that is no error", "gone"],
  ])("takes %s for no answer", (_what, cause) => {
    expect(githubError(cause, WHAT, NOW)).toMatchObject({ code: "github-unavailable", cause });
  });

  const limit = { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] };
  const graphql = (data: unknown, headers: Readonly<Record<string, string>> = {}) =>
    rateLimitError({ status: 200, headers, data }, "POST /graphql", NOW);

  it.each([
    [{ "x-ratelimit-reset": reset }, "2026-11-20T12:40:00Z"],
    [{ "x-ratelimit-reset": "1700000000" }, "2026-11-20T12:00:05Z"],
    [{}, "2026-11-20T12:01:00Z"],
  ])("waits out GraphQL's limit, said with 200 and %j", (headers, retryAt) => {
    const expected = { code: "github-rate-limited", retryAt: new Date(retryAt) };
    expect(graphql(limit, headers)).toMatchObject(expected);
  });

  it.each([[{ data: {} }], [{ errors: [{ type: "FORBIDDEN" }, { message: "no type" }] }], ["text"], [null]])(
    "takes %j for no limit",
    (data) => {
      expect(graphql(data)).toBeNull();
    },
  );

  it("leaves our own errors as they are", () => {
    const own = new CountersignError("head-moved", "It moved.");
    expect(githubError(own, WHAT, NOW)).toBe(own);
  });
});

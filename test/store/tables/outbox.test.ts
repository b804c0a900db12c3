import { describe, expect, it } from "@jest/globals";
import type {
  NewAlert,
  NewComment,
  NewIssue,
  PostedIssue,
  WantedIssue,
} from "../../../src/store/ports/case-store.js";
import { eachDatabase, freshId } from "../../support/postgres.js";
import { AT, LARGE } from "../samples.js";
import { aComment, anAlert, anIssue, HOSTILE, minutes, REPOSITORY } from "./samples.js";

const NEVER_WANTED = { code: "invariant-broken" };
const ELSEWHERE = { id: LARGE + 9, owner: "octo", name: "compliance" };

eachDatabase("the outbox of cases", (store) => {
  describe("a tracking issue", () => {
    const want = (issue: NewIssue): Promise<boolean> => store().transaction((tx) => tx.wantIssue(issue));
    const find = ({ tenantId, caseId }: NewIssue): Promise<WantedIssue | null> =>
      store().wantedIssue(tenantId, caseId);
    const begin = ({ tenantId, caseId }: NewIssue, revision: number): Promise<void> =>
      store().beginIssue(tenantId, caseId, revision, AT);
    const posted = ({ tenantId, caseId }: NewIssue, revision: number, number = 7): Promise<PostedIssue> =>
      store().markIssuePosted(tenantId, caseId, revision, number, AT);
    const renew = ({ tenantId, caseId }: NewIssue, gone: boolean): Promise<void> =>
      store().renewIssue(tenantId, caseId, gone);

    it("is wanted as it was said, whatever it says", async () => {
      const issue = anIssue({ title: HOSTILE, body: HOSTILE, labels: [HOSTILE], open: false });
      expect(await want(issue)).toBe(true);
      expect(await find(issue)).toEqual({
        ...issue,
        revision: 1,
        postedRevision: 0,
        attemptedRevision: 0,
        number: null,
      });
      expect(await store().wantedIssue(issue.tenantId, "bg-none")).toBeNull();
    });

    it("gets a new revision only where it says something new", async () => {
      const issue = anIssue();
      await want(issue);
      expect(await want(issue)).toBe(false);
      expect(await find(issue)).toMatchObject({ revision: 1 });
      expect(await want({ ...issue, open: false, digest: "d2" })).toBe(true);
      expect(await find(issue)).toMatchObject({ revision: 2, open: false, digest: "d2" });
    });

    it("is posted for the first time once", async () => {
      const issue = anIssue();
      await want(issue);
      await begin(issue, 1);
      expect(await posted(issue, 1)).toBe("first");
      expect(await posted(issue, 1)).toBe("posted");
      await want({ ...issue, digest: "d2" });
      await begin(issue, 2);
      expect(await posted(issue, 2)).toBe("posted");
      expect(await find(issue)).toMatchObject({ revision: 2, postedRevision: 2, number: 7 });
    });

    it("is first for one of several that post at once", async () => {
      const issue = anIssue();
      await want(issue);
      const answers = await Promise.all(Array.from({ length: 6 }, () => posted(issue, 1)));
      expect(answers.sort()).toEqual(["first", "posted", "posted", "posted", "posted", "posted"]);
    });

    it("shows after a crash that an attempt may have got through", async () => {
      const issue = anIssue();
      await want(issue);
      await begin(issue, 1);
      expect(await find(issue)).toMatchObject({ attemptedRevision: 1, postedRevision: 0, number: null });
      await want({ ...issue, digest: "d2" });
      expect(await find(issue)).toMatchObject({ revision: 2, attemptedRevision: 1, postedRevision: 0 });
    });

    it("is overtaken by an older revision that was posted late, and has to be posted again", async () => {
      const issue = anIssue();
      await want(issue);
      await begin(issue, 1);
      await want({ ...issue, digest: "d2" });
      await begin(issue, 2);
      expect(await posted(issue, 2)).toBe("first");
      expect(await posted(issue, 1)).toBe("overtaken");
      expect(await find(issue)).toMatchObject({ revision: 3, postedRevision: 2, attemptedRevision: 2 });
    });

    it("is posted again where that is asked for, and under a new number where it is gone", async () => {
      const issue = anIssue();
      await want(issue);
      await posted(issue, 1);
      await renew(issue, false);
      expect(await find(issue)).toMatchObject({ revision: 2, postedRevision: 1, number: 7 });
      await renew(issue, true);
      expect(await find(issue)).toMatchObject({ revision: 3, postedRevision: 1, number: null });
      await begin(issue, 3);
      expect(await posted(issue, 3, 8)).toBe("first");
      expect(await find(issue)).toMatchObject({ postedRevision: 3, number: 8 });
    });

    it("does not take a gone issue's number from an answer that comes late", async () => {
      const issue = anIssue();
      await want(issue);
      await begin(issue, 1);
      await renew(issue, true);
      expect(await posted(issue, 1)).toBe("overtaken");
      expect(await find(issue)).toMatchObject({ revision: 2, postedRevision: 1, number: null });
      expect(await posted(issue, 2, 8)).toBe("first");
      expect(await posted(issue, 1)).toBe("overtaken");
      expect(await find(issue)).toMatchObject({ revision: 3, number: 8 });
    });

    it("is another issue in another repository, and the same one in a renamed repository", async () => {
      const issue = anIssue();
      await want(issue);
      await begin(issue, 1);
      await posted(issue, 1);

      const renamed = { ...REPOSITORY, name: "renamed" };
      expect(await want({ ...issue, repository: renamed })).toBe(false);
      expect(await find(issue)).toMatchObject({ repository: renamed, revision: 1, number: 7 });

      expect(await want({ ...issue, repository: ELSEWHERE })).toBe(true);
      expect(await find(issue)).toMatchObject({ repository: ELSEWHERE, revision: 2, number: null });
      expect(await posted(issue, 1)).toBe("overtaken");
      expect(await posted(issue, 2, 1)).toBe("first");
      expect(await find(issue)).toMatchObject({ revision: 2, number: 1 });
    });

    it("stays the same one where its repository's id is learnt later", async () => {
      const issue = anIssue({ repository: { ...ELSEWHERE, id: 0 } });
      await want(issue);
      expect(await find(issue)).toMatchObject({ repository: { id: 0 } });
      expect(await want({ ...issue, repository: ELSEWHERE })).toBe(false);
      expect(await find(issue)).toMatchObject({ repository: ELSEWHERE, revision: 1 });
      expect(await want({ ...issue, repository: { ...ELSEWHERE, id: 0, name: "other" } })).toBe(true);
    });

    it("is not posted in a revision that nobody wanted", async () => {
      const issue = anIssue();
      await expect(begin(issue, 1)).rejects.toMatchObject(NEVER_WANTED);
      await expect(posted(issue, 1)).rejects.toMatchObject(NEVER_WANTED);
      await want(issue);
      await expect(begin(issue, 2)).rejects.toMatchObject(NEVER_WANTED);
      await expect(posted(issue, 2)).rejects.toMatchObject(NEVER_WANTED);
      expect(await find(issue)).toMatchObject({ revision: 1, attemptedRevision: 0, postedRevision: 0 });
    });

    it("of one tenant is not another's", async () => {
      const [mine, theirs] = [anIssue({ title: "mine" }), anIssue({ title: "theirs" })];
      await want(mine);
      await want(theirs);
      await begin(mine, 1);
      await posted(mine, 1);
      await renew(mine, false);
      expect(await find(mine)).toMatchObject({ title: "mine", revision: 2, number: 7 });
      expect(await find(theirs)).toMatchObject({ title: "theirs", revision: 1, number: null });
      expect(await find(theirs)).toMatchObject({ attemptedRevision: 0, postedRevision: 0 });
    });
  });

  describe("a comment", () => {
    const want = (comment: NewComment): Promise<boolean> =>
      store().transaction((tx) => tx.wantComment(comment));
    const pending = { attemptedAt: null, postedAt: null, commentId: null };

    it("is wanted once, and stays as it was first said, whatever it says", async () => {
      const comment = aComment({ body: HOSTILE });
      expect(await want(comment)).toBe(true);
      expect(await want({ ...comment, body: "other" })).toBe(false);
      expect(await store().findComment(comment.tenantId, comment.key)).toEqual({ ...comment, ...pending });
      expect(await store().findComment(comment.tenantId, "none")).toBeNull();
    });

    it("may stand anywhere, and belong to no case", async () => {
      const comment = aComment({ caseId: null, on: { repository: REPOSITORY, number: 9 } });
      await want(comment);
      expect(await store().findComment(comment.tenantId, comment.key)).toEqual({ ...comment, ...pending });
    });

    it("waits in the order in which it was wanted, until it was posted", async () => {
      const comment = aComment();
      const { tenantId, caseId } = comment;
      for (const key of ["z", "a", "m"]) await want({ ...comment, key });
      await want({ ...comment, key: "of another case", caseId: "bg-0000000002" });
      await want({ ...comment, key: "of no case", caseId: null });
      const keys = async (): Promise<string[]> =>
        (await store().unpostedComments(tenantId, caseId ?? "")).map(({ key }) => key);

      expect(await keys()).toEqual(["z", "a", "m"]);
      await store().beginComment(tenantId, "a", AT);
      expect(await keys()).toEqual(["z", "a", "m"]);
      await store().markCommentPosted(tenantId, "a", LARGE, AT);
      expect(await keys()).toEqual(["z", "m"]);
    });

    it("remembers since when it may be on GitHub, and which one was the first", async () => {
      const { tenantId, key } = aComment();
      await want(aComment({ tenantId }));
      await store().beginComment(tenantId, key, AT);
      await store().beginComment(tenantId, key, minutes(5));
      expect(await store().findComment(tenantId, key)).toMatchObject({ attemptedAt: AT, postedAt: null });
      await store().markCommentPosted(tenantId, key, LARGE, minutes(6));
      await store().markCommentPosted(tenantId, key, LARGE + 1, minutes(7));
      const first = { attemptedAt: AT, postedAt: minutes(6), commentId: LARGE };
      expect(await store().findComment(tenantId, key)).toMatchObject(first);
    });

    it("that nobody wanted is not posted, nor another tenant's", async () => {
      const comment = aComment();
      await want(comment);
      const stranger = freshId();
      await expect(store().beginComment(stranger, comment.key, AT)).rejects.toMatchObject(NEVER_WANTED);
      const mark = store().markCommentPosted(stranger, comment.key, 1, AT);
      await expect(mark).rejects.toMatchObject(NEVER_WANTED);
      expect(await store().findComment(stranger, comment.key)).toBeNull();
      expect(await store().unpostedComments(stranger, comment.caseId ?? "")).toEqual([]);
      expect(await want({ ...comment, tenantId: stranger, body: "theirs" })).toBe(true);
      await store().markCommentPosted(stranger, comment.key, 1, AT);
      expect(await store().findComment(comment.tenantId, comment.key)).toEqual({ ...comment, ...pending });
    });
  });

  describe("an alert", () => {
    const want = (alert: NewAlert): Promise<boolean> => store().transaction((tx) => tx.wantAlert(alert));
    const fresh = { attempts: 0, lastAttemptAt: null, lastError: null, sentAt: null };
    const before = new Date();

    it("is wanted once, and stays as it was first said, whatever it says", async () => {
      const alert = anAlert({ content: { title: HOSTILE, facts: [["a", 1]] } });
      expect(await want(alert)).toBe(true);
      expect(await want({ ...alert, content: {}, channel: "other" })).toBe(false);
      const found = await store().findAlert(alert.tenantId, alert.id);
      expect(found).toEqual({ ...alert, ...fresh, wantedAt: expect.any(Date) });
      expect(found?.wantedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
      expect(await store().findAlert(alert.tenantId, "none")).toBeNull();
    });

    it("is counted at each attempt, until it was sent", async () => {
      const { tenantId, id } = anAlert();
      await want(anAlert({ tenantId }));
      const note = (error: string | null, minute: number): Promise<void> =>
        store().noteAlertAttempt(tenantId, id, error, minutes(minute));

      await note(HOSTILE, 1);
      expect(await store().findAlert(tenantId, id)).toMatchObject({
        ...{ attempts: 1, lastAttemptAt: minutes(1), lastError: HOSTILE, sentAt: null },
      });
      await note(null, 2);
      const sent = { lastError: null, sentAt: minutes(2) };
      expect(await store().findAlert(tenantId, id)).toMatchObject({ ...sent, attempts: 2 });
      await note("late", 3);
      expect(await store().findAlert(tenantId, id)).toMatchObject({ ...sent, attempts: 3 });
      await note(null, 4);
      expect(await store().findAlert(tenantId, id)).toMatchObject({ ...sent, attempts: 4 });
    });

    it("is listed with its case's others in the order in which they were wanted", async () => {
      const alert = anAlert();
      const { tenantId, caseId } = alert;
      for (const id of ["z", "a"]) await want({ ...alert, id });
      await want({ ...alert, id: "of no case", caseId: null });
      const ids = ["z", "a"].map((id) => expect.objectContaining({ id }));
      expect(await store().alertsOf(tenantId, caseId ?? "")).toEqual(ids);
      expect(await store().transaction((tx) => tx.alertsOf(tenantId, caseId ?? ""))).toEqual(ids);
    });

    it("that nobody wanted was not sent, nor another tenant's", async () => {
      const alert = anAlert();
      await want(alert);
      const stranger = freshId();
      const note = store().noteAlertAttempt(stranger, alert.id, null, AT);
      await expect(note).rejects.toMatchObject(NEVER_WANTED);
      expect(await store().findAlert(stranger, alert.id)).toBeNull();
      expect(await store().alertsOf(stranger, alert.caseId ?? "")).toEqual([]);
      expect(await want({ ...alert, tenantId: stranger })).toBe(true);
      await store().noteAlertAttempt(stranger, alert.id, null, AT);
      expect(await store().findAlert(alert.tenantId, alert.id)).toMatchObject(fresh);
    });
  });

  it("stores all of a step or nothing of it", async () => {
    const { tenantId, caseId } = anIssue();
    const step = store().transaction(async (tx) => {
      await tx.wantIssue(anIssue({ tenantId }));
      await tx.wantComment(aComment({ tenantId }));
      await tx.wantAlert(anAlert({ tenantId }));
      throw new Error("killed");
    });
    await expect(step).rejects.toThrow("killed");
    expect(await store().wantedIssue(tenantId, caseId)).toBeNull();
    expect(await store().unpostedComments(tenantId, caseId)).toEqual([]);
    expect(await store().alertsOf(tenantId, caseId)).toEqual([]);
  });
});

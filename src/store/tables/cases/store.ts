import type { Clock } from "../../../clock.js";
import type { CaseStore, CaseTransaction } from "../../ports/case-store.js";
import { bind, type Database, type Queries } from "../../database.js";
import { alertsOf, findAlert, noteAlertAttempt, wantAlert } from "./alerts.js";
import {
  findCase,
  findCaseOfChange,
  findCaseOfIssue,
  findCasesOfPullRequest,
  listCases,
  forgetAnnouncement,
  markAnnounced,
  allOpenCases,
  openCases,
  saveCase,
} from "./cases.js";
import { beginComment, findComment, markCommentPosted, unpostedComments, wantComment } from "./comments.js";
import { beginIssue, markIssuePosted, renewIssue, wantedIssue, wantIssue } from "./issues.js";
import { casesDue, finishTimer, setTimers, timersOf } from "./timers.js";

/** Break-glass cases outside of transactions. */
export function caseStoreOn(database: Database): CaseStore {
  return {
    findCase: database.bind(findCase),
    findCaseOfChange: database.bind(findCaseOfChange),
    findCaseOfIssue: database.bind(findCaseOfIssue),
    findCasesOfPullRequest: database.bind(findCasesOfPullRequest),
    openCases: database.bind(openCases),
    allOpenCases: database.bind(allOpenCases),
    listCases: database.bind(listCases),
    casesDue: database.bind(casesDue),
    timersOf: database.bind(timersOf),
    wantedIssue: database.bind(wantedIssue),
    beginIssue: database.bind(beginIssue),
    markIssuePosted: database.bind(markIssuePosted),
    renewIssue: database.bind(renewIssue),
    findComment: database.bind(findComment),
    unpostedComments: database.bind(unpostedComments),
    beginComment: database.bind(beginComment),
    markCommentPosted: database.bind(markCommentPosted),
    findAlert: database.bind(findAlert),
    alertsOf: database.bind(alertsOf),
    noteAlertAttempt: database.bind(noteAlertAttempt),
  };
}

/** Break-glass cases as part of one transaction. */
export function caseTransactionOn(queries: Queries, clock: Clock): CaseTransaction {
  return {
    findCase: bind(queries, findCase),
    findCaseOfChange: bind(queries, findCaseOfChange),
    openCases: bind(queries, openCases),
    saveCase: bind(queries, saveCase),
    markAnnounced: bind(queries, markAnnounced),
    forgetAnnouncement: bind(queries, forgetAnnouncement),
    setTimers: bind(queries, setTimers),
    finishTimer: bind(queries, finishTimer),
    timersOf: bind(queries, timersOf),
    wantIssue: bind(queries, wantIssue),
    wantComment: bind(queries, wantComment),
    wantAlert: (alert) => wantAlert(queries, alert, clock.now()),
    alertsOf: bind(queries, alertsOf),
  };
}

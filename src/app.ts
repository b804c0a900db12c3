import { pino } from "pino";
import { Probot } from "probot";
import { systemClock, type Clock } from "./clock.js";
import type { AppCredentials, Config } from "./config.js";
import type { FlowContext } from "./flows/context.js";
import { named } from "./flows/current-name.js";
import { evaluateTenant } from "./flows/evaluate-tenant.js";
import { evaluateMergeGroup } from "./flows/merge-group/evaluate-merge-group.js";
import { evaluatePullRequest } from "./flows/evaluate-pull-request.js";
import { explainSigning } from "./flows/explain-signing.js";
import { hearCommand } from "./flows/case/commands/hear-command.js";
import { followCase } from "./flows/case/follow/follow-case.js";
import { publishCase } from "./flows/case/publish/publish-case.js";
import { publishComment } from "./flows/case/publish/publish-comment.js";
import { restoreIssue } from "./flows/case/publish/restore-issue.js";
import { sendAlert } from "./flows/case/publish/send-alert.js";
import { workCase } from "./flows/case/work-case.js";
import { auditBranch } from "./flows/protection/audit-branch.js";
import { readAuditLog } from "./flows/protection/read-audit-log.js";
import { reassessMerge } from "./flows/protection/reassess-merge.js";
import { queueDueCases, startHeartbeat } from "./flows/heartbeat.js";
import { reconcile } from "./flows/watch/reconcile.js";
import { redeliver } from "./flows/watch/redeliver.js";
import { sweepRepository } from "./flows/watch/sweep.js";
import { watchBranch } from "./flows/watch/watch-branch.js";
import { watchRepository } from "./flows/watch/watch-repository.js";
import { createNotifier } from "./notify/notifier.js";
import { forgetDeliveries } from "./webhooks/delivery/forget.js";
import { processDelivery } from "./webhooks/delivery/process-delivery.js";
import { publishChecks } from "./flows/publish-checks.js";
import { recordMerge } from "./flows/record-merge.js";
import { spendingAs } from "./github/budget/spending.js";
import { connectGitHub } from "./github/github.js";
import { Verifier } from "./signatures/verifier.js";
import { openStore } from "./store/open.js";
import { startWorker, type Handlers } from "./store/queue/worker.js";
import type { Store } from "./store/store.js";
import { healthHandler } from "./web/health.js";
import { serve } from "./web/server.js";
import { registerHandlers } from "./webhooks/handlers.js";
import { WEBHOOK_PATH, webhookReceiver } from "./webhooks/delivery/receive.js";

export interface RunningApp {
  readonly url: string;
  readonly store: Store;
  /** Resolves when no job runs or is due. */
  drained(): Promise<void>;
  /** Looks for what time has brought to cases, as the app does by itself every few seconds. */
  lookForDue(): Promise<void>;
  /** Stops taking webhooks, lets running jobs finish, closes the database. */
  stop(): Promise<void>;
}

/** How many jobs run at once; each holds a request to GitHub most of its time. */
const CONCURRENCY = 5;

/**
 * Starts the whole app: database, queue, web server. Everything it needs is in `config`; nothing else reads the
 * environment.
 *
 * @throws CountersignError with a `config-*`, `store-unavailable` or `migration-failed` code
 */
export async function startApp(
  config: Config & { readonly app: AppCredentials },
  clock: Clock = systemClock,
): Promise<RunningApp> {
  const logger = pino({ level: config.logLevel, name: "countersign" });
  const { databaseUrl, dataDir, githubApiUrl: apiUrl } = config;
  const { id: appId, privateKey, webhookSecrets } = config.app;
  const store = await openStore({ databaseUrl, dataDir, logger, clock });
  const budgeting = { book: store, limits: config.limits };
  const github = connectGitHub({ appId, privateKey, apiUrl }, clock, logger, budgeting);
  const notifier = createNotifier(config.channels, { clock, privateTargets: config.privateTargets });
  const { opensPullRequests, deliveriesKeptDays, docsUrl } = config;
  const verifier = new Verifier();
  const parts = { store, github, clock, logger, notifier, verifier };
  const context: FlowContext = { appId, opensPullRequests, deliveriesKeptDays, docsUrl, ...parts };
  const probot = new Probot({ appId, privateKey, secret: webhookSecrets[0], baseUrl: apiUrl, log: logger });
  await probot.ready();
  registerHandlers(probot, context);
  const worker = await startWorker(store, handlersOf(context, probot), {
    concurrency: CONCURRENCY,
    logger,
    around: spendingAs,
  });
  const receive = webhookReceiver({ store, secrets: webhookSecrets, clock, logger });
  const routes = {
    [`POST ${WEBHOOK_PATH}`]: receive,
    // Probot's set-up page registers the root as the webhook's address.
    "POST /": receive,
    "GET /healthz": healthHandler(store),
  };
  const server = await serve(routes, config, logger);
  const heartbeat = startHeartbeat(context);
  logger.info({ url: server.url }, "Countersign is ready");
  return {
    url: server.url,
    store,
    drained: () => worker.drained(),
    lookForDue: () => queueDueCases(context),
    stop: async () => {
      await heartbeat.stop();
      await server.close();
      await worker.stop();
      await store.close();
    },
  };
}

function handlersOf(context: FlowContext, probot: Probot): Handlers {
  const { store } = context;
  return {
    "process-delivery": ({ guid }) => processDelivery(context, probot, guid),
    "evaluate-pull-request": named(context, evaluatePullRequest),
    "expire-results": (subject) => store.enqueue({ task: "evaluate-pull-request", payload: subject }),
    "evaluate-merge-group": named(context, evaluateMergeGroup),
    "expire-merge-group": (subject) => store.enqueue({ task: "evaluate-merge-group", payload: subject }),
    "publish-checks": named(context, publishChecks),
    "record-merge": named(context, recordMerge),
    redeliver: (subject) => redeliver(context, subject),
    "forget-deliveries": () => forgetDeliveries(context),
    reconcile: (subject) => reconcile(context, subject),
    "evaluate-tenant": (subject) => evaluateTenant(context, subject),
    "sweep-repository": (subject) => sweepRepository(context, subject),
    // By the name that the job brings: this is how a new one is learned.
    "watch-repository": (subject) => watchRepository(context, subject),
    "watch-branch": named(context, watchBranch),
    "audit-branch": named(context, auditBranch),
    "read-audit-log": (subject) => readAuditLog(context, subject),
    "reassess-merge": named(context, reassessMerge),
    "explain-signing": named(context, explainSigning),
    "hear-command": named(context, hearCommand),
    "follow-case": (subject) => followCase(context, subject),
    "work-case": (subject) => workCase(context, subject),
    "publish-case": (subject) => publishCase(context, subject),
    "restore-issue": (subject) => restoreIssue(context, subject),
    "publish-comment": (subject) => publishComment(context, subject),
    "send-alert": (subject) => sendAlert(context, subject),
  };
}

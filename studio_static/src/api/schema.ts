// Made by python -m functions.cli.reference from the OpenAPI document: edit functions/app/shapes, not this.

/** Any JSON value. */
export type Json = unknown;

/** What may be shown of a token: never the token. */
export interface AccessToken {
  name: string;
  role: string;
  created_at: string | null;
  created_by: string;
  expires_at: string | null;
  rotated_at: string | null;
  /** To the hour; null where it was never used. */
  last_used_at: string | null;
  expired: boolean;
  /** Whether the secret of before the last rotation is good too. */
  has_older: boolean;
}

/** Those that are not revoked, by name. The owner's own is not among them. */
export interface AccessTokenList {
  tokens: AccessToken[];
}

/** One action of a connector. Inputs and outputs are in the words of JSON Schema. */
export interface Action {
  name: string;
  /** How a Task names it. */
  resource: string;
  /** What people call it; empty where its name says it. */
  title?: string;
  description: string;
  kind: string;
  /** Whether it is called with .waitForTaskToken: somebody answers. */
  waits: boolean;
  at_most_once: boolean;
  inputs: Record<string, Json>;
  /** Of each group of inputs a call gives one or more. */
  one_of?: string[][];
  outputs: Record<string, Json>;
}

/** `arn` is what a Task names as its Resource; one of any region and account with the same name is this one too. */
export interface Activity {
  name: string;
  arn: string;
  created_at: string | null;
}

/** All of a workspace, by name. */
export interface ActivityList {
  activities: Activity[];
}

/** `token` null: nothing came within the time; ask again. Else answer under /tasks/ with it. */
export interface ActivityTask {
  token?: string | null;
  input?: Json;
}

/** Ask for the oldest task that waits. */
export interface ActivityTaskRequest {
  /** Shown in the history's ActivityStarted. */
  worker_name?: string | null;
  /** How long to wait for one; on AWS a request is answered within 25 s. */
  wait_seconds?: number;
}

/** A grant to an IAM role. */
export interface AddGrantRequest {
  /** The IAM role's ARN, with its path. It is of the stage's own account. */
  role_arn: string;
  /** viewer, operator, editor, publisher or admin. */
  role: string;
}

/** A new token. */
export interface AddTokenRequest {
  /** How the audit log names who uses it: of a person, or of a program. */
  name: string;
  /** viewer, operator, editor, publisher or admin. */
  role: string;
  /** When it ends: a span (12h, 90d, 4w), a day or a time. Without it, when it is revoked. */
  expires?: string | null;
}

/** One alarm of the stage. `silent`: it tells no topic. */
export interface Alarm {
  name: string;
  /** CloudWatch's word: OK, ALARM, INSUFFICIENT_DATA. */
  state: string;
  says: string;
  silent: boolean;
}

/** Where alarms go. Both numbers are null where the topic cannot be looked at: `problem` says why. */
export interface AlarmTopic {
  arn: string;
  /** Subscriptions that hear them. */
  confirmed: number | null;
  /** Subscriptions whose mail has not been answered: they hear nothing. */
  pending: number | null;
  problem: string | null;
}

/**
 * What an alert says, as the body of its webhook: an execution failed, is PAUSED, or is late; and how many `more`
 * of the same workflow, status and error.
 */
export interface AlertMessage {
  /** The name of the alert in the workflow's document. */
  alert: string;
  /** All of it in a sentence. */
  text: string;
  workflow: string;
  /** The execution's id. */
  execution: string;
  /** LATE: it is RUNNING for longer than it should. */
  status: "FAILED" | "TIMED_OUT" | "ABORTED" | "PAUSED" | "LATE";
  error: string | null;
  /** The message alone, without a stack trace; null where the workflow marks sensitive fields. */
  cause: string | null;
  /** The execution's page in the Studio. */
  link: string;
  /** ISO 8601 in UTC. */
  started_at: string;
  /** Null where it has not ended. */
  ended_at: string | null;
  /** How many others there were of which nothing was told. */
  more: number;
  /** Since when, where there were any. */
  more_since: string | null;
}

/** What is answered. With a form either `values`, or `typed`: the texts of its fields. */
export interface AnswerRequest {
  decision: "approved" | "refused";
  comment?: string;
  values?: Json;
  /** What was typed, by field's name. */
  typed?: Record<string, string> | null;
}

/** What came of an answer. With `faults` it was not taken. */
export interface AnswerTaken {
  /** What will not do, by field's name; "" is the whole form. */
  faults: Record<string, string>;
  /** What was decided; null while more are needed. */
  decision: "approved" | "refused" | null;
  /** How many more must approve. */
  left: number;
}

/** What is asked, and what was answered so far. */
export interface Approval {
  id: string;
  execution: string;
  workflow: string;
  version: number;
  state: string;
  question: string;
  since: string | null;
  /** When the Task times out; null where it never does. */
  until: string | null;
  /** Who may answer: names, and role:NAME. Empty: whoever may answer tasks. */
  approvers: string[];
  /** How many must approve. One refusal refuses. */
  needed: number;
  answers: ApprovalAnswer[];
  /** Whether who asks may answer, and has not yet. */
  may_answer: boolean;
  why_not: string | null;
}

/** What somebody has answered. */
export interface ApprovalAnswer {
  decision: "approved" | "refused";
  by: string;
  /** What they came as: user, token, role or slack. */
  as: string;
  at: string | null;
  comment: string;
  values?: Json;
}

/** What waits, oldest first. `next_token` is null on the last page. */
export interface ApprovalList {
  approvals: Approval[];
  next_token: string | null;
}

/** With what they need to know. */
export interface ApprovalWhole {
  id: string;
  execution: string;
  workflow: string;
  version: number;
  state: string;
  question: string;
  since: string | null;
  /** When the Task times out; null where it never does. */
  until: string | null;
  /** Who may answer: names, and role:NAME. Empty: whoever may answer tasks. */
  approvers: string[];
  /** How many must approve. One refusal refuses. */
  needed: number;
  answers: ApprovalAnswer[];
  /** Whether who asks may answer, and has not yet. */
  may_answer: boolean;
  why_not: string | null;
  details?: Json;
  /** What who approves fills in; empty where there is no form. */
  fields: FormField[];
  /** The JSON Schema that the fields are made of. */
  form?: Json;
  /** Whether something is hidden: the workflow has sensitive fields. */
  hidden?: boolean;
}

/** One try, numbered from 1. */
export interface Attempt {
  number: number;
  started_at: string | null;
  ended_at: string | null;
  status: string;
  error: string | null;
  cause: string | null;
}

/** One entry: all of it but `digest` is what the digest is of. Times are ISO 8601 with microseconds. */
export interface AuditEntry {
  workspace: string;
  chain: number;
  /** From 1, within its chain. */
  number: number;
  id: string;
  /** When it happened. */
  at: string;
  recorded_at: string;
  actor: string;
  actor_kind: string;
  /** Where from: an address, the command line, a worker. */
  origin: string;
  act: string;
  /** workflow/NAME, execution/ID, secret/KEY, token/NAME … */
  subject: string;
  before: Json;
  after: Json;
  reason: string | null;
  /** Of the engine's entries: version, event, state, attempt, error, cause; of a refusal: act and code. */
  details: Record<string, Json>;
  /** The digest of the entry before it in the chain. */
  previous: string;
  /** SHA-256. */
  digest: string;
}

/** Entries of a chain; fewer than asked for: it has no more. `chains` is how many there are, from 0. */
export interface AuditExport {
  lines: string[];
  chains: number;
}

/** The first thing that is wrong with a chain. */
export interface AuditFinding {
  chain: number;
  number: number;
  problem: string;
  message: string;
}

/** The last entry of a chain. */
export interface AuditHead {
  chain: number;
  number: number;
  digest: string;
}

/** Newest first. `next_token` is null on the last page. */
export interface AuditList {
  entries: AuditEntry[];
  next_token: string | null;
}

/** What a walk along all chains found. */
export interface AuditVerification {
  ok: boolean;
  entries: number;
  findings: AuditFinding[];
  heads: AuditHead[];
  /** How many of the newest were compared with the log. */
  executions: number;
  /** The ids of entries that are not sealed yet: on AWS, for a second or so. */
  waiting: string[];
  /** The same in a sentence, with what cannot be seen from within the store. */
  says: string;
}

/** A call of before a redrive that may still be under way. */
export interface AwaitedCall {
  state: string;
  /** It is made again once it is answered, and then at the latest. */
  until: string | null;
}

/**
 * The executions that started from `at` until `until`, and how they stand: one that still runs is `open` in the
 * bar of its start.
 */
export interface Bar {
  at: string;
  until: string;
  started: number;
  succeeded: number;
  /** FAILED or TIMED_OUT. */
  failed: number;
  /** ABORTED. */
  stopped: number;
  /** RUNNING or PAUSED when they were counted last. */
  open: number;
  /** What they cost on AWS, by estimate. */
  usd: number;
}

/** That an execution has not begun, for its workflow's budget is used up. */
export interface BudgetWait {
  since: string | null;
  /** When it begins; null where it waits for another one to end, or for a resume. */
  until: string | null;
}

/** How many executions a workflow begins. */
export interface Budgets {
  /** No minute of the clock is given to more executions than this. */
  executions_per_minute?: number | null;
  /** No more executions than this have begun and not ended. */
  open_executions?: number | null;
  /** A start beyond that waits until it may begin, or is refused (429). */
  when_exceeded?: "wait" | "refuse";
}

/**
 * How an account of a service stands, a connector with the secrets that steps name: its limit, if it has one, which
 * all workers share, and until when nobody calls it.
 */
export interface CallLimit {
  /** The connector's code. */
  service: string;
  /** The keys of the secrets; none for who may not see them. */
  secrets: string[];
  /** null: it has no limit, and was left alone once. */
  requests: number | null;
  per_seconds: number | null;
  /** Until then its tokens are leased, or it is closed by Retry-After or by failures in a row; null: calls may begin. */
  next_at: string | null;
}

/** The accounts with a limit that were called, and those without that were closed once; by service. */
export interface CallLimits {
  limits: CallLimit[];
}

/** One workflow that was found in it. `notes` say what was guessed, and what is to be done by hand. */
export interface Candidate {
  name: string;
  document: Record<string, Json>;
  notes: string[];
}

/**
 * One case. `states` are those that were entered, in order. `unanswered` says which call had no stub, where the
 * workflow caught that.
 */
export interface CaseResult {
  name: string;
  passed: boolean;
  ms: number;
  differences: Difference[];
  status: string;
  error: string | null;
  cause: string | null;
  states: string[];
  unanswered: string | null;
}

/** All of them. */
export interface CasesRun {
  results: CaseResult[];
  passed: number;
  failed: number;
}

/** Which cases. */
export interface CasesRunRequest {
  /** Those of this workflow's draft. */
  workflow?: string | null;
  /** Or those of this document. */
  document?: Record<string, Json> | null;
  /** Only these; by default all. */
  cases?: string[] | null;
}

/** The error that a Catcher took, and where it led. */
export interface Caught {
  error: string | null;
  next: string | null;
}

/** From the history's event `event` on, the execution runs by version `to_version`. */
export interface Changeover {
  from_version: number;
  to_version: number;
  event: number;
  at: string | null;
  by: string;
}

/** How it stands. */
export interface Changes {
  /** Another one than before: something happened, and what is shown is to be read anew. */
  tag: string;
  /** Whether the request may wait here. If not (on AWS, and where too many do), ask again by yourself. */
  held: boolean;
}

/** What the service's page left in the address that it led to. */
export interface ConnectAnswer {
  state: string;
  code?: string;
  /** RFC 9207: who answered. */
  iss?: string;
  error?: string;
  error_description?: string;
}

/** The service's page where a person says yes. */
export interface ConnectPage {
  url: string;
  /** Until when the answer counts. */
  ends_at: string | null;
}

/** Where the service's page leads back to: the Studio's page /studio/connections/connected. */
export interface ConnectRequest {
  /** As the service knows it. A service refuses one that it does not know. */
  redirect_uri: string;
}

/** What may be shown of a connection: no secret, and no token. */
export interface Connection {
  name: string;
  /** The key of its secret: what a step names, and what is granted. */
  key: string;
  kind: string;
  user: string;
  token_url: string;
  client_id: string;
  scopes: string[];
  issuer: string;
  authorize_url: string;
  /** Whether it can be used: a person has said yes, where one has to. */
  connected: boolean;
  test_url: string;
  /** When it was tested before it was saved; null where it was not. */
  tested_at: string | null;
  /** OAuth2: when the access token that is kept ends; a new one is got before. */
  expires_at: string | null;
  updated_at: string | null;
  updated_by: string | null;
  grants: SecretGrant[] | null;
  used_by: SecretUse[];
}

/** The connections of a workspace, by name. */
export interface ConnectionList {
  connections: Connection[];
}

/** A connection as a whole: what is left out is not taken over from one of before. Secrets are never shown again. */
export interface ConnectionRequest {
  kind: "api_key" | "bearer" | "basic" | "oauth2_client_credentials" | "oauth2_authorization_code";
  /** api_key, bearer, basic: the key, the token, the password. */
  secret?: string;
  /** basic: the user. */
  user?: string;
  /** api_key: the header that `http` sends it in. */
  header?: string;
  /** api_key: the parameter that `http` sends it in. */
  query?: string;
  /** OAuth2: the token endpoint. */
  token_url?: string;
  /** OAuth2: how the service calls this client. */
  client_id?: string;
  /** OAuth2: the client's secret. */
  client_secret?: string;
  /** OAuth2: whether the client's secret is sent in the header Authorization or in the form. */
  client_auth?: "basic" | "body";
  /** OAuth2: what is asked for. */
  scopes?: string[];
  /** OAuth2: more that the token endpoint wants, such as audience. */
  parameters?: Record<string, string>;
  /** OAuth2: whose metadata (RFC 8414) says the addresses; only its answers count. */
  issuer?: string;
  /** oauth2_authorization_code: the page where a person says yes. */
  authorize_url?: string;
  /** oauth2_authorization_code: what that page wants besides, as access_type. */
  authorize_parameters?: Record<string, string>;
  /** An address that a GET with the connection must reach. */
  test_url?: string;
  /** Keep it although nothing says how it could be tested. */
  untested?: boolean;
  /** Take a secret of fewer than 8 characters, which masking cannot tell from ordinary text. */
  allow_short?: boolean;
}

/** A connector; `problem` says why one cannot be loaded. */
export interface Connector {
  code: string;
  name: string;
  description: string;
  actions: Action[];
  /** The path of an SVG of 24 by 24; empty for the Studio's own. */
  icon?: string;
  problem?: string | null;
}

/** The connector file that `automate connectors import` would write for the first time. Nothing is stored. */
export interface ConnectorFile {
  code: string;
  name: string;
  base_url: string;
  /** Whether the document says how the service knows who calls. */
  authenticated: boolean;
  /** Whether there is a connector of this code already. */
  known: boolean;
  actions: ImportedAction[];
  left_out: LeftOut[];
  filename: string;
  text: string;
}

/** All connectors, by code. */
export interface ConnectorList {
  connectors: Connector[];
}

/** Where else to look, on AWS: pages of its console. Null where there is no such place. */
export interface ConsoleAddresses {
  cloudwatch?: string | null;
  insights?: string | null;
  xray?: string | null;
}

/** The caller's own conversation about a draft. */
export interface Conversation {
  tag: string;
  /** Whether the request may wait for something new; else poll. */
  held: boolean;
  /** Whether a turn runs. */
  running: boolean;
  /** Whether `turns` are all of them; else those that may have changed since `after`. */
  reset: boolean;
  turns: Turn[];
}

/** What was recognised. Nothing is stored. */
export interface Conversion {
  format: "workflow" | "asl" | "sam" | "cloudformation" | "n8n";
  candidates: Candidate[];
}

/** A file of another kind. */
export interface ConvertRequest {
  /** Its text: JSON or YAML. */
  source: string;
  /** What it is called; a workflow is named after it. */
  filename?: string | null;
}

/** What drafts workflows from sentences here. */
export interface Copilot {
  /** Whether a model is configured; without one there are templates and outlines. */
  configured: boolean;
  provider: "none" | "bedrock" | "openai" | "anthropic";
  model: string | null;
}

/** A place where work waits for workers that poll for it. */
export interface CreateActivityRequest {
  /** 1 to 80 characters, as AWS allows them. */
  name: string;
}

/**
 * How it goes. In `bars` executions count in the piece of time in which they started, in `ends` in that of their
 * end. The counts are kept by a job: on one machine seconds behind, on AWS six minutes; `counted_until` says up to
 * when, null on one machine.
 */
export interface Dashboard {
  hours: number;
  step_seconds: number;
  /** The oldest first. */
  bars: Bar[];
  /** What it will cost on AWS to delete them after their term, by estimate. */
  usd_deletion: number;
  /** The same pieces of time. */
  ends: EndBar[];
  /** From when on ends were counted; null where that is all of this time. */
  ends_since: string | null;
  /** Those with the most starts first. */
  workflows: WorkflowCounts[];
  /** The most frequent first. */
  failures: FailureCounts[];
  oldest: Waiting[];
  queue: QueueNow;
  counted_until: string | null;
}

/** The workflow document that the execution runs by. */
export interface DefinitionAnswer {
  document: Record<string, Json>;
}

/** Whether there was one. */
export interface Deleted {
  deleted: boolean;
}

/** What came of what arrived. `repeated`: it had arrived before, and started nothing again. */
export interface Delivered {
  delivery: string;
  outcome: "STARTED" | "NOT_MATCHED" | "REFUSED";
  execution: string | null;
  why?: string | null;
  repeated?: boolean;
}

/** What arrived once, and what came of it. `id` is also that of the execution, where one was started. */
export interface Delivery {
  id: string;
  workflow: string;
  trigger: string;
  type: string;
  /** The workflow's version that decided. */
  version: number;
  arrived_at: string | null;
  outcome: "STARTED" | "NOT_MATCHED" | "REFUSED";
  /** Why it started nothing. */
  why: string | null;
  /** The execution that it started; it may be gone by now. */
  execution: string | null;
  /** Where it came from. */
  source: string;
  dedupe_key: string | null;
  /** How often it arrived again under the same key. */
  repeats: number;
  /** How often of these with another body: the first one counts. */
  differed: number;
  repeated_at: string | null;
  /** The delivery that this one repeats. */
  replay_of: string | null;
  /** When its key is free again. */
  forget_at: string | null;
}

/** Newest first. `next_token` is null on the last page. */
export interface DeliveryList {
  deliveries: Delivery[];
  next_token: string | null;
}

/** A delivery with what arrived. `arrived` is null where it is not kept any more. */
export interface DeliveryWhole {
  id: string;
  workflow: string;
  trigger: string;
  type: string;
  /** The workflow's version that decided. */
  version: number;
  arrived_at: string | null;
  outcome: "STARTED" | "NOT_MATCHED" | "REFUSED";
  /** Why it started nothing. */
  why: string | null;
  /** The execution that it started; it may be gone by now. */
  execution: string | null;
  /** Where it came from. */
  source: string;
  dedupe_key: string | null;
  /** How often it arrived again under the same key. */
  repeats: number;
  /** How often of these with another body: the first one counts. */
  differed: number;
  repeated_at: string | null;
  /** The delivery that this one repeats. */
  replay_of: string | null;
  /** When its key is free again. */
  forget_at: string | null;
  arrived?: Json;
  facts?: Json;
  /** Whether what arrived is hidden: the workflow has sensitive fields. */
  hidden?: boolean;
}

/** An OpenAPI document of a service. */
export interface DescribedService {
  /** Its text: JSON or YAML. */
  source: string;
  /** JSON where it ends in .json. */
  filename?: string;
  /** The connector's code; by default the filename up to its first dot. */
  name?: string | null;
}

/**
 * A unified diff, the states that differ, and both documents. What the Studio keeps beside a definition makes no
 * difference.
 */
export interface Diff {
  text: string;
  states: StateChange[];
  old_document: Record<string, Json>;
  new_document: Record<string, Json>;
}

/** What came out otherwise than was expected. */
export interface Difference {
  what: "status" | "output" | "error" | "states" | "next";
  expected: Json;
  actual: Json;
}

/** It is done. */
export interface Done {
  ok?: boolean;
}

/** A draft; the ETag is what a save of it names in If-Match. */
export interface Draft {
  workflow: string;
  document: Record<string, Json>;
  etag: string;
  updated_at: string | null;
  updated_by: string;
  /** Whether it is another than the last import wrote: an import over it is refused. */
  edited: boolean;
  /** The version that was last published from it. */
  based_on_version: number | null;
  /** The document's test cases. */
  cases: Record<string, Json>[];
}

/** What the copy is called. */
export interface DuplicateRequest {
  /** A new workflow's name. */
  name: string;
}

/** A transition that was taken. */
export interface Edge {
  from_step: string;
  to_step: string;
}

/** One call that the execution may have made. */
export interface Effect {
  state: string;
  /** The step's first event: GET /executions/{id}/steps has it as first_event. */
  step: number;
  /** The numbers of the Map items around it, the outermost first. */
  items: number[];
  /** From 1. */
  attempt: number;
  /** As the definition names it; null of a Map Run. */
  resource: string | null;
  connector: string | null;
  action: string | null;
  /** SHA-256 of its arguments as they may be shown: hidden fields count as the mask. */
  arguments_digest: string | null;
  idempotency_key: string;
  at_most_once: boolean;
  /** When it was decided on. */
  intended_at: string | null;
  /** When its intent was durable. It was not made before. Null: it is owed, and not made yet. */
  began_at: string | null;
  /** When its answer came. */
  ended_at: string | null;
  /** When it is over at the latest. */
  lease_until: string | null;
  /** DONE: the service says so. NOT_DONE: certainly not, and no call with this key was. UNKNOWN: nobody knows. REPEATED: nobody knew, and a later row has the same key. UNDER_WAY: its time is not over. IN_CHILDREN: a Map Run, whose items have ledgers of their own. RECORDED: of a fork, answered from the record; nothing was called. */
  outcome: "DONE" | "NOT_DONE" | "UNKNOWN" | "REPEATED" | "UNDER_WAY" | "IN_CHILDREN" | "RECORDED";
  error: string | null;
  /** What the service calls what it did, where the connector says which. */
  service_id: string | null;
  /** The execution that it starts. */
  child: string | null;
  /** GET /executions/{id}/map-runs/{run}/executions lists its items. */
  map_run: string | null;
}

/**
 * Calls in the order of their intents. `keeps_intents` false: an EXPRESS execution, which is run again from its
 * beginning if its worker dies. What an earlier run of it called is not known, nor what an open one calls.
 */
export interface Effects {
  effects: Effect[];
  next_token: string | null;
  keeps_intents: boolean;
}

/** How many executions ended from `at` until `until`, whenever they started. One that is redriven ends again. */
export interface EndBar {
  at: string;
  until: string;
  succeeded: number;
  /** FAILED or TIMED_OUT. */
  failed: number;
  /** ABORTED. */
  stopped: number;
}

/** An execution that was found. */
export interface Erasable {
  id: string;
  status: string;
  started_at: string | null;
  /** The execution with the business key, where this one waits for it and has its input; or the one that this one goes with, as its fork or because it has waited for it. */
  because_of?: string | null;
  /** Why it stays: it has not ended, or what it has waited for. */
  refusal?: string | null;
}

/** Whom. */
export interface EraseActorRequest {
  /** Whoever the audit log names exactly so. */
  actor: string;
  /** Only list what is found. */
  dry_run?: boolean;
}

/** Whose executions. */
export interface EraseRequest {
  /** Exactly this business key. */
  business_key: string;
  /** Of this workflow alone. */
  workflow?: string | null;
  /** Only list what is found. */
  dry_run?: boolean;
  /** Of the answer before, where it had one. */
  next_token?: string | null;
}

/**
 * What came of it. `pending`: the executions are gone for every reader, and their data is being deleted; GET
 * /erasures names the erasure until that is over.
 */
export interface Erased {
  /** Its id; the audit log has it as erasure/ID. */
  erasure: string | null;
  executions: string[];
  pending: boolean;
}

/**
 * Whom the audit log named so. `erasure` is null where nothing was erased; `pending`: the disk still has to be
 * cleared of it, which goes on by itself.
 */
export interface ErasedActors {
  /** Its id; the audit log has it as erasure/ID. */
  erasure: string | null;
  /** As KIND/NAME. */
  actors: string[];
  pending: boolean;
  /** Conversations with the copilot that were deleted, or would be. */
  conversations: number;
}

/**
 * What a business key led to, and what came of it. While next_token is not null there are more: ask again with
 * it.
 */
export interface ErasedByKey {
  /** Its id; the audit log has it as erasure/ID. */
  erasure: string | null;
  executions: string[];
  pending: boolean;
  found: Erasable[];
  /** Saved views that are filtered by this key: deleted, with dry_run to be so. */
  views: string[];
  next_token: string | null;
}

/** One that is not over. Who may not erase is not told whom it is about, nor who asked. */
export interface Erasure {
  id: string;
  at: string | null;
  /** Null without the right to erase. */
  by: string | null;
  /** Their ids; null without the right to erase. */
  executions: string[] | null;
  /** How many executions. */
  count: number;
}

/** Those that are not over, the oldest first. */
export interface ErasureList {
  erasures: Erasure[];
}

/** The one shape of every error. */
export interface ErrorAnswer {
  error: ErrorDetail;
}

/** What is wrong, where, and what to do. */
export interface ErrorDetail {
  code: string;
  message: string;
  /** A JSON pointer, a line, a header or a field. */
  where?: string | null;
  advice?: string | null;
  details?: Json;
}

/** A document whose failures are to be handled. */
export interface ErrorHandlingRequest {
  /** A workflow document. */
  document: Record<string, Json>;
  /** Names of states; by default all that can fail. */
  states?: string[];
}

/**
 * An execution as it stands. `output` is null until it SUCCEEDED. An input or output over 256 KiB is left out:
 * ``{"$too_large": {"bytes", "href"}}`` says where it is downloaded.
 */
export interface Execution {
  id: string;
  name: string;
  workflow: string;
  version: number;
  status: string;
  kind: string;
  input: Json;
  output: Json;
  error: string | null;
  cause: string | null;
  started_at: string | null;
  ended_at: string | null;
  business_key: string | null;
  /** Of what it runs by: the definition, the kind, at_most_once and the connectors. */
  definition_digest: string;
  /** Those that it keeps to, as its version means them. */
  connectors: PinnedConnector[];
  /** Until it ended; null while it runs. */
  duration_seconds: number | null;
  /** Who started it, as the audit log has it. */
  started_by?: string | null;
  /** How often it was redriven. */
  redrives: number;
  /** Until when it can be redriven; null where it cannot be. */
  redrivable_until: string | null;
  /** From when on retention may take it; null while it is open, kept for ever, or goes with its parent. */
  kept_until: string | null;
  /** What it waits for since it was redriven: calls that had not ended. */
  awaited_calls: AwaitedCall[];
  /** Null once it has begun. */
  waits_for_budget?: BudgetWait | null;
  /** The changes of its version, in order: `version` is the one that it runs by now. */
  changeovers: Changeover[];
  /** Of a fork: of what. */
  fork?: Fork | null;
  links?: ConsoleAddresses;
  /** Whether sensitive fields are hidden: they are shown as ********. */
  hidden?: boolean;
}

/** What it came to on AWS so far, by what it did. `automate cost --execution ID` has it line by line. */
export interface ExecutionCost {
  usd: number;
  /** Its distributed Maps. Their child executions are priced by themselves. */
  map_runs: number;
  /** Whether only the first of its events were priced: it has very many. */
  partial: boolean;
}

/**
 * How many executions filters mean, by the counts that the dashboard has. Counts lag: with a status, or once a part
 * of it is a day old, it is about so many. It is at least so many where not all of it was counted.
 */
export interface ExecutionCount {
  /** Null under a name, error, business key or text: nothing is counted. */
  number: number | null;
  relation: "exact" | "about" | "at_least" | null;
}

/** In the order of their starts. `next_token` is null on the last page. */
export interface ExecutionList {
  executions: ExecutionSummary[];
  next_token: string | null;
  /** How `text` is looked for here. */
  searches: "words" | "beginnings";
}

/** One row of the list. */
export interface ExecutionSummary {
  id: string;
  name: string;
  workflow: string;
  version: number;
  status: string;
  started_at: string | null;
  ended_at: string | null;
  duration_seconds: number | null;
  error: string | null;
  business_key: string | null;
  waits_for_budget?: BudgetWait | null;
  /** The execution that it is a fork of. */
  fork_of?: string | null;
  /** The trigger of its workflow that started it. */
  trigger?: string | null;
  /** How often it was redriven. */
  redrives?: number;
}

/** A document, or one state of it. */
export interface ExplainRequest {
  /** A workflow document. */
  document: Record<string, Json>;
  /** The state; by default all of it. */
  state?: string | null;
}

/** One state in words. */
export interface ExplainedStep {
  state: string;
  text: string;
}

/** A document, or a state, in words. */
export interface Explanation {
  text: string;
  steps: ExplainedStep[];
}

/** One expression and what it sees. */
export interface ExpressionRequest {
  /** JSONata with or without {% %}; a JSONPath or an intrinsic. */
  expression: string;
  query_language?: "JSONPath" | "JSONata";
  input?: Json;
  variables?: Record<string, Json>;
  context?: Record<string, Json>;
}

/** What an expression gave. */
export interface ExpressionValue {
  value: Json;
  /** The value's JSON type, undefined, or error. */
  type: string;
  error: string | null;
}

/** The expression that failed, and the part of it that did. */
export interface FailedExpression {
  field: string;
  text: string;
  /** The innermost part at fault. */
  part: string;
  why: string;
  /** As far as its paths lead to something, and what is there. */
  known: string | null;
  tree: RuleNode;
}

/** How many failed so. `error` is null where there is none, or it was not looked at. */
export interface FailureCounts {
  workflow: string;
  status: string;
  error: string | null;
  number: number;
}

/**
 * What executions of a data folder show. Times are seconds; `delay` is the median of how long they waited for a
 * worker, `took` of how long they ran; `calls` and `open` are the most that went on at once.
 */
export interface Figures {
  hours: number;
  cpus: number;
  workers: number;
  executions: number;
  delay: number;
  took: number;
  calls: number;
  open: number;
  task_threads: number;
  batch_size: number;
}

/** One finding about a definition, in the shape of AWS's ValidateStateMachineDefinition. */
export interface Finding {
  code: string;
  message: string;
  location: string;
  severity: string;
  line?: number | null;
  column?: number | null;
}

/** A document and one finding of the linter about it. */
export interface FixRequest {
  /** A workflow document. */
  document: Record<string, Json>;
  /** As /definitions/validate lists it: code, message, location. */
  diagnostic: Record<string, Json>;
}

/** The data folder's database and its disk, in bytes. */
export interface Folder {
  /** Of the database, with its write-ahead log. */
  bytes: number;
  /** Of these, what waits to be used again or given back. */
  free_bytes: number;
  /** Whether free pages are given back to the disk; `automate compact` sees to it. */
  shrinks: boolean;
  /** How much it grew a day, of late; null before that is known. */
  bytes_a_day: number | null;
  disk_free_bytes: number;
  /** With less than that free, nothing new is started (503). */
  reserve_bytes: number;
  /** The last day with a worker, where the clock then went on by more than two days: executions are taken as on that day, until workers have run for a day or two. Else null. */
  trusted_until: string | null;
  /** Until then, at this growth; null where it does not grow. */
  days_left: number | null;
}

/** That an execution is a fork of another one, from before its event `event` on. */
export interface Fork {
  original: string;
  event: number;
  /** Whether its input was another one there. */
  given: boolean;
  /** Whether calls that only read were really made. */
  reads: boolean;
  /** The states whose calls were made where they were not on record. */
  allow: string[];
}

/** Where an execution is forked, and what is to be different. */
export interface ForkRequest {
  /** The event of its history that it is forked before. */
  event: number;
  /** Another version of the workflow to go on by, where it fits. */
  version?: number | null;
  /** Instead of the input of the state that the event enters; at event 1 of the execution. */
  input?: Json;
  /** Whether calls that only read are really made. */
  use_reads?: boolean;
  /** States whose calls are really made where the record does not have them. */
  allow?: string[];
}

/** A form, made from the input schema of the active version. */
export interface Form {
  workflow: string;
  trigger: string;
  version: number;
  title: string;
  description: string;
  fields: FormField[];
}

/** One field of a form. `name` is the property's, "" for the whole input. */
export interface FormField {
  name: string;
  title: string;
  description: string;
  required: boolean;
  /** A list has one element a line. */
  kind: "line" | "lines" | "choice" | "list" | "json";
  /** The JSON type of the value, or of a list's elements. */
  type: string;
  /** The type of an HTML input for a line. */
  look: string;
  /** The texts of a choice. */
  choices: string[];
  /** What it begins with. */
  default: string;
}

/** A link that opens a form. */
export interface FormLink {
  /** Behind this API's address. It is shown this once. */
  path: string;
  /** The whole of it, where AUTOMATE_PUBLIC_URL says what it begins with. */
  url?: string | null;
  expires_at: string | null;
  /** How often it may be submitted. */
  most: number;
}

/** What came of it. With `faults` nothing was sent. */
export interface FormTaken {
  /** What will not do, by the field's name; "": about the whole. */
  faults: Record<string, string>;
  delivery: string | null;
  outcome: "STARTED" | "NOT_MATCHED" | "REFUSED" | null;
  /** Why it started nothing. */
  why: string | null;
  execution: string | null;
}

/** What was typed into a form. */
export interface FormTyped {
  /** Text by the field's name. */
  typed: Record<string, string>;
  /** Names this submission: what comes again under it starts nothing. */
  submission: string;
}

/**
 * Something of a plan: `place` is a JSON pointer into the new definition, `frame` which branch or iteration it is
 * about, `execution` the item of a Map Run.
 */
export interface ForwardFinding {
  place: string;
  message: string;
  frame: string | null;
  execution: string;
}

/** Which of a workflow's executions to plan for. Filters combine with AND. */
export interface ForwardManyRequest {
  /** With this name; with * at its end, a prefix. */
  name?: string | null;
  /** With this error; with * at its end, a prefix. */
  error?: string | null;
  /** With this business key; with * at its end, a prefix. */
  business_key?: string | null;
  /** Not before this time: ISO 8601, UTC without a zone. */
  started_after?: string | null;
  /** Before this time. */
  started_before?: string | null;
  limit?: number;
  next_token?: string | null;
  status?: "FAILED" | "TIMED_OUT" | "ABORTED";
  /** The version to go on by. */
  version: number;
  /** At this state of its top level, entered anew. */
  from_state?: string | null;
}

/**
 * Whether an execution can go on by `version`. It does not fit where there are refusals; where there are doubts,
 * whoever lets it go on accepts them. Notes say what is kept, begins anew or is dropped; `changed` what differs in
 * states that have run, whose effects stand as they were. `message`: why it cannot be redriven at all.
 */
export interface ForwardPlan {
  id: string;
  from_version: number;
  version: number;
  fits: boolean;
  refusals?: ForwardFinding[];
  doubts?: ForwardFinding[];
  notes?: ForwardFinding[];
  changed?: ForwardFinding[];
  message?: string | null;
}

/** A page of plans. `next_token` is null on the last page. */
export interface ForwardPlans {
  plans: ForwardPlan[];
  next_token: string | null;
}

/** By which version it goes on, and where. Without `from_state` it goes on where it stood. */
export interface ForwardRequest {
  /** The version of the same workflow to go on by. */
  version: number;
  /** A state of the version's top level, which is entered anew; all that waits is dropped. */
  from_state?: string | null;
  /** With from_state: the state's input, instead of the one that waits. */
  input?: Json;
}

/** A grant that publishing waits for. `backend` has the secret: one of the environment is granted in a setting. */
export interface GrantNeeded {
  key: string;
  backend: string;
  workflow: string;
  connector: string;
  host: string;
}

/** Who may use a secret. * is any workflow, connector or host. */
export interface GrantRequest {
  /** The workflow's name. */
  workflow: string;
  /** The connector's code; aws:SERVICE for an AWS service; trigger:webhook for the auth of a webhook. */
  connector?: string;
  /** The host; *.example.org is every name below it. */
  host?: string;
}

/** The server answers. */
export interface Health {
  product?: string;
  status?: string;
}

/** What of its AWS account a stage hears. */
export interface Heard {
  buses: string[];
  queues: string[];
  buckets: string[];
  /** Whether it hears how its own executions end: alerts need that. */
  ends: boolean;
}

/**
 * Events as AWS's GetExecutionHistory gives them: up to `limit`, or about 1 MB of them. While `next_token` is not
 * null there are more. `last_event` is the `after` of the next poll.
 */
export interface History {
  events: Record<string, Json>[];
  last_event: number;
  next_token: string | null;
}

/** What an import did. `version` is there when it was published. */
export interface ImportAnswer {
  workflow: string;
  changed: boolean;
  created: boolean;
  etag: string;
  /** From the draft before to the file; empty when nothing changed. */
  diff: string;
  version?: Version | null;
  /** Whether it became a new active version. */
  published?: boolean;
}

/** Make a document the draft of its workflow. */
export interface ImportRequest {
  /** A workflow document, or a bare definition in the Amazon States Language. */
  document?: Record<string, Json> | null;
  /** The same as text: JSON, or YAML. Kept as it is, for export. */
  source?: string | null;
  /** What `source` is; by default JSON where it begins as JSON does. */
  format?: "json" | "yaml" | null;
  /** The workflow's name, over the document's own. */
  name?: string | null;
  /** Publish it at once. */
  publish?: boolean;
  /** Overwrite a draft that was edited since the last import. */
  force?: boolean;
  /** What is new, for the list of versions. */
  note?: string;
  /** With publish: also when some of its cases fail. */
  accept_failing_cases?: boolean;
}

/** An action that an import gives. */
export interface ImportedAction {
  name: string;
  /** Method and path. */
  request: string;
  description: string;
  kind: "read" | "write";
  /** The document does not say how a call is repeated safely. */
  at_most_once: boolean;
}

/** One of a workflow's latest executions. */
export interface LastRun {
  id: string;
  status: string;
  started_at: string | null;
}

/** An operation that a connector file cannot say. */
export interface LeftOut {
  operation: string;
  why: string;
}

/** What a trigger of the document will listen to once it is published. */
export interface Listens {
  /** The JSON pointer of the trigger. */
  location: string;
  name: string;
  type: string;
  enabled: boolean;
  /** In words. */
  says: string;
  /** Of a webhook, where AUTOMATE_PUBLIC_URL says what it begins with. */
  url?: string | null;
}

/** One record of a worker's log. */
export interface LogLine {
  at: string | null;
  level: string;
  message: string;
  state: string | null;
  /** From 1. */
  attempt: number | null;
}

/** Records, oldest first. `complete` false: there are older ones that were not looked at. */
export interface LogLines {
  lines: LogLine[];
  complete: boolean;
}

/**
 * `counts` are of child executions. `max_concurrency` 0: no limit. Limits are null where they are not kept any
 * more: of a run that ended with its execution.
 */
export interface MapRun {
  arn: string;
  execution: string;
  status: string;
  counts: Record<string, number>;
  started_at: string | null;
  ended_at: string | null;
  max_concurrency: number | null;
  tolerated_failure_count: number | null;
  tolerated_failure_percentage: number | null;
}

/** A child execution. */
export interface MapRunChild {
  id: string;
  status: string;
  started_at: string | null;
  ended_at: string | null;
}

/** In the order of their items; `next_first` is null on the last page. */
export interface MapRunChildren {
  executions: MapRunChild[];
  next_first: number | null;
}

/** In the order in which the execution began them. */
export interface MapRunList {
  map_runs: MapRun[];
}

/** Who asks, what they may do, and what answers. */
export interface Me {
  actor: string;
  /** user; token or role where a program asks. */
  actor_kind: string;
  /** What the roles hold (docs/access.md). */
  rights: Right[];
  /** Those in this workspace, the least first; none: nothing is allowed. */
  roles: Role[];
  /** Groups of the user pool that are no role of this stage. */
  ignored_groups: string[];
  /** How a role is given here, with {role} in its place. */
  granting: string;
  workspace: string;
  /** local, or the deployment's stage. */
  stage: string;
  product_version: string;
  /** What the release was built from; null where nothing tells it. */
  commit: string | null;
  region: string | null;
  links: Record<string, string>;
  copilot: Copilot;
  /** Processes that serve the queue; null on AWS, where they come as needed. */
  workers: number | null;
}

/** What a Task's call comes to instead: an output, or an error. */
export interface Mock {
  output?: Json;
  error?: string | null;
  cause?: string | null;
}

/** A token that was just made, with its text: this answer alone has it. */
export interface NewAccessToken {
  name: string;
  role: string;
  created_at: string | null;
  created_by: string;
  expires_at: string | null;
  rotated_at: string | null;
  /** To the hour; null where it was never used. */
  last_used_at: string | null;
  expired: boolean;
  /** Whether the secret of before the last rotation is good too. */
  has_older: boolean;
  token: string;
}

/** The execution that retention takes first. */
export interface NextTaken {
  execution: string;
  workflow: string;
  /** When its term is over. */
  at: string | null;
}

/** An execution that could not be redriven, and why. */
export interface NotRedriven {
  id: string;
  message: string;
}

/** No parameters. */
export interface Nothing {
}

/** A request in words. */
export interface OutlineRequest {
  /** What should happen, in any language; at most 4,000 characters. */
  sentence: string;
  /** The document to replace; it keeps its name. */
  document?: Record<string, Json> | null;
}

/** A real input, and what came of it. */
export interface PastInput {
  execution: string;
  at: string | null;
  status: string;
  /** Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  input: Json;
  /** What came of it; null until it succeeded. Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  output: Json;
  variables: Record<string, Json>;
}

/** The newest first. */
export interface PastInputs {
  inputs: PastInput[];
}

/** A workflow that is paused; `*` is all of them. */
export interface Pause {
  workflow: string;
  starts: string;
  running: string;
  paused_at: string | null;
  paused_by: string;
}

/** What is paused. */
export interface PauseList {
  pauses: Pause[];
}

/** How a workflow is paused. */
export interface PauseRequest {
  /** queue: accepted, and begun once it is resumed. refuse: 409. */
  starts?: "queue" | "refuse";
  /** finish: what has begun runs on. hold: after the calls under way, until it is resumed. */
  running?: "finish" | "hold";
}

/** A connector's action as a published version means it. Its executions keep to it. */
export interface PinnedConnector {
  resource: string;
  /** SHA-256 of what the connector's file says of it, or a package and its version. */
  pinned: string;
  /** What a version that is published now would mean; null where it is not here. */
  now: string | null;
}

/** One line of the plan. */
export interface PlanLine {
  text: string;
  states: string[];
}

/** A document to look at. It is neither stored nor published. */
export interface Proposal {
  document: Record<string, Json>;
  plan: PlanLine[];
  to_dos: ProposalToDo[];
  diagnostics: ProposalFinding[];
  changes: ProposedChange[];
  /** none, bedrock, openai or anthropic. */
  provider: string;
  /** The number of drafts that the model handed in; 0 without a model. */
  attempts: number;
  notes: string[];
  /** Each clause of the request; empty without a model. */
  clauses: ProposalClause[];
  /** The cases that ran before the draft is shown. */
  cases: ProposalCase[];
  forward: ProposalForward | null;
}

/** A test case of the draft, and how it ran. */
export interface ProposalCase {
  name: string;
  passed: boolean;
  /** The states that it entered, in order. */
  states: string[];
  problem: string | null;
}

/** A clause of the request, and what the draft does about it. */
export interface ProposalClause {
  text: string;
  /** Names of states, or JSON pointers into the document, that do it. */
  states: string[];
  /** Why the draft does not do it. */
  open: string | null;
  /** Why it asks for no step. */
  no_step: string | null;
}

/** A finding of the linter about the proposed definition. */
export interface ProposalFinding {
  code: string;
  message: string;
  location: string;
  severity: string;
}

/** How an execution that did not succeed would go on by the proposed definition. */
export interface ProposalForward {
  execution: string;
  text: string;
}

/** What a person must look at: a guess, or what was not said. */
export interface ProposalToDo {
  /** Null for the document as a whole. */
  state: string | null;
  /** Into the state. */
  pointer: string;
  text: string;
}

/** What becomes of a state: added, changed or removed. */
export interface ProposedChange {
  state: string;
  change: string;
}

/** What publishing the draft would do. Nothing is stored. */
export interface PublishPreview {
  workflow: string;
  /** The draft's: name it in If-Match, so that what was looked at is what is published. */
  etag: string;
  active_version: number | null;
  /** The number it would get; null where the draft is the active version. */
  next_version: number | null;
  /** From the active version; null before the first. */
  diff: Diff | null;
  /** Those that the active version means otherwise than what would be published. */
  connectors: PinnedConnector[];
  problems: Finding[];
  /** When each schedule comes next. */
  schedules: ScheduleTimes[];
  /** The draft's cases, run; null where the definition does not compile. */
  cases: CasesRun | null;
  /** The secrets that have to be granted to it first. */
  grants_needed: GrantNeeded[];
  /** Whether nothing is wrong with it. Failing cases have to be accepted. */
  publishable: boolean;
  /** Why whoever asks may not publish it: no right to, or four eyes. */
  barred: string | null;
  /** What an execution costs on AWS by estimate, each state visited once; null for what has no price. */
  usd: number | null;
  /** The same of the active version. */
  active_usd: number | null;
}

/** Make the draft the new active version. */
export interface PublishRequest {
  /** What is new, for the list of versions. */
  note?: string;
  /** Publish also when some of its cases fail. */
  accept_failing_cases?: boolean;
}

/** What one of them came to: nothing where no trigger listens to it. */
export interface PutOne {
  /** The event's or message's. */
  id: string;
  deliveries: Delivered[];
}

/** What arrives: `events`, or `messages` with their `queue`. */
export interface PutRequest {
  /** Events of EventBridge's shape; id and time are made where they are missing. */
  events?: Record<string, Json>[];
  /** The bus of the events. */
  bus?: string;
  /** The queue of the messages, as the trigger names it. */
  queue?: string | null;
  /** Bodies of messages. */
  messages?: Json[];
  /** Their ids; by default each is another. */
  message_ids?: string[] | null;
}

/** What each of them came to. */
export interface PutResult {
  results: PutOne[];
}

/** Wakes that are due and that no worker has taken. */
export interface QueueNow {
  /** 10,000 means so many or more. */
  waiting: number | null;
  /** How long the oldest waits; null where nothing does, and on AWS. */
  oldest_seconds: number | null;
}

/** One reading. `execution`, `workflow` and `step` are empty where the route's path names none. */
export interface Read {
  at: string | null;
  actor: string;
  kind: string;
  origin: string;
  route: string;
  /** What of an execution the answer had. */
  data: string;
  execution: string;
  workflow: string;
  step: string;
}

/** Newest first. */
export interface ReadList {
  reads: Read[];
}

/** Which of a workflow's executions to redrive. Filters combine with AND. */
export interface RedriveManyRequest {
  /** With this name; with * at its end, a prefix. */
  name?: string | null;
  /** With this error; with * at its end, a prefix. */
  error?: string | null;
  /** With this business key; with * at its end, a prefix. */
  business_key?: string | null;
  /** Not before this time: ISO 8601, UTC without a zone. */
  started_after?: string | null;
  /** Before this time. */
  started_before?: string | null;
  limit?: number;
  next_token?: string | null;
  status?: "FAILED" | "TIMED_OUT" | "ABORTED";
  /** Another version to go on by: those that do not fit stay. */
  version?: number | null;
  /** With version: at this state of its top level, entered anew. */
  from_state?: string | null;
  /** With version: also those whose plan has doubts. */
  accept?: boolean;
}

/** Empty: as AWS's RedriveExecution. With a version: go on by that one. */
export interface RedriveRequest {
  /** Another version of the same workflow to go on by. */
  version?: number | null;
  /** With version: a state of its top level, which is entered anew; all that waits is dropped. */
  from_state?: string | null;
  /** With from_state: the state's input, instead of the one that waits. */
  input?: Json;
  /** With version: also where the plan has doubts. */
  accept?: boolean;
}

/** The executions of a page that go on, and those that cannot. `next_token` is null on the last page. */
export interface RedrivenMany {
  redriven: string[];
  refused: NotRedriven[];
  next_token: string | null;
}

/** With what to run again. */
export interface RerunRequest {
  /** By default the same. */
  input?: Json;
  /** The version it ran, or today's active one. */
  version?: "same" | "active";
  /** Unique within the workflow; by default a UUID. */
  name?: string | null;
}

/** A time in which the execution had ended and was not redriven yet. */
export interface Rest {
  from: string;
  to: string;
}

/** How many open executions were woken; `complete` false: there are more, which are found within 16 minutes. */
export interface Resumed {
  woken: number;
  complete: boolean;
}

/** A Retrier, and what is left of it: the waits before its next attempts, in seconds. */
export interface Retrier {
  errors: string[];
  max_attempts: number;
  used: number;
  left: number[];
  jitter: boolean;
}

/** What somebody may do. */
export type Right = "look" | "run" | "operate" | "edit" | "publish" | "secrets" | "access" | "audit" | "reveal";

/** What is granted, the least first. */
export type Role = "viewer" | "operator" | "editor" | "publisher" | "admin";

/** What is granted to an IAM role. */
export interface RoleGrant {
  /** The IAM role's name, which its account has once. */
  name: string;
  arn: string;
  role: string;
  created_at: string | null;
  created_by: string;
}

/** All grants to IAM roles, by name. */
export interface RoleGrantList {
  grants: RoleGrant[];
}

/** Make an older version the active one. */
export interface RollbackRequest {
  version: number;
}

/** Another value, or which of those that are kept is to be the current one. */
export interface RotateRequest {
  /** Of `whole` and `pending`: the new value. */
  value?: string;
  /** whole: the value is the current one at once; pending: it is kept, and nobody gets it; current: the pending one becomes the current one; back: the one of before does. */
  step?: "whole" | "pending" | "current" | "back";
  /** An address that a GET with the new value must reach, or nothing changes. */
  test_url?: string;
  /** How the test sends it: bearer, basic:USER, header:NAME or query:NAME. */
  test_as?: string;
  /** Take a value of fewer than 8 characters, which masking cannot tell from ordinary text. */
  allow_short?: boolean;
}

/** A token's new secret. */
export interface RotateTokenRequest {
  /** The end of the new one; without it that of the one before. */
  expires?: string | null;
  /** End the one before now. Without it both are good until it is retired. */
  at_once?: boolean;
}

/** Where one of many payloads leads. */
export interface RuleBranch {
  execution: string | null;
  next: string | null;
  rule: number | null;
  otherwise: boolean;
  error: RuleFailure | null;
}

/** Where each payload leads, in their order. `counts` are by next, or by `error`. */
export interface RuleBranches {
  results: RuleBranch[];
  counts: Record<string, number>;
}

/** One changed leaf of a flip. */
export interface RuleChange {
  /** In the input ($.order.total) or a variable ($limit). */
  path: string;
  from: Json;
  to: Json;
  added: boolean;
  removed: boolean;
}

/** An error by name, as a Catch would see it. */
export interface RuleFailure {
  error: string;
  cause: string | null;
}

/** The smallest change found that leads to another branch; checked by the engine. */
export interface RuleFlip {
  /** The first change's; see changes. */
  path: string;
  from: Json;
  to: Json;
  leads_to: string;
  /** The rule that would win; null for otherwise. */
  rule: number | null;
  sentence: string;
  changes: RuleChange[];
}

/** One of many payloads; `execution` is handed back. */
export interface RuleInput {
  input?: Json;
  variables?: Record<string, Json>;
  execution?: string | null;
}

/** One part of a rule and its value. */
export interface RuleNode {
  text: string;
  /** and, or, not, comparison, path, variable, literal, call, arithmetic, … */
  kind: string;
  operator: string;
  /** The value's JSON type, or undefined. */
  type: string;
  /** Large values are folded. */
  value: Json;
  /** True or false where the part decides something. */
  result: boolean | null;
  error: string | null;
  /** False for what the engine did not evaluate: its value is shown all the same. */
  reached: boolean;
  /** Where the part begins in the rule's text, in characters. */
  start: number;
  end: number;
  /** Where it stands in a JSONPath rule; empty in JSONata. */
  pointer: string;
  children: RuleNode[];
}

/** Where the Choice goes: what the engine decided. */
export interface RuleOutcome {
  /** The state; null for a bare rule or condition, and where it fails. */
  next: string | null;
  /** The index of the rule that won. */
  rule: number | null;
  /** No rule holds: Default, or a bare rule that does not hold. */
  otherwise: boolean;
  error: RuleFailure | null;
}

/** A rule test. */
export interface RuleReport {
  outcome: RuleOutcome;
  sentence: string;
  rules: RuleResult[];
  /** For each other branch one, where one was found. */
  flips: RuleFlip[];
  /** Branches for which no change was found, which proves nothing. */
  not_found: string[];
}

/** One rule of the state. */
export interface RuleResult {
  index: number;
  next: string | null;
  result: boolean | "error";
  /** False behind the rule that won. */
  reached: boolean;
  tree: RuleNode;
  /** Why it does not hold, in a sentence. */
  why_not: string | null;
}

/** A rule and many payloads. */
export interface RuleTestManyRequest {
  /** The machine's query language, for a state that names none of its own. */
  query_language?: "JSONPath" | "JSONata";
  /** A Choice state. */
  state?: Record<string, Json> | null;
  /** One rule in JSONPath, without or with its Next. */
  rule?: Record<string, Json> | null;
  /** One condition in JSONata, with or without {% %}. */
  condition?: string | null;
  inputs: RuleInput[];
  /** The context object. */
  context?: Record<string, Json>;
}

/** A rule and one payload. */
export interface RuleTestRequest {
  /** The machine's query language, for a state that names none of its own. */
  query_language?: "JSONPath" | "JSONata";
  /** A Choice state. */
  state?: Record<string, Json> | null;
  /** One rule in JSONPath, without or with its Next. */
  rule?: Record<string, Json> | null;
  /** One condition in JSONata, with or without {% %}. */
  condition?: string | null;
  /** The state's input: any JSON value. */
  input?: Json;
  /** Workflow variables by name, without $. */
  variables?: Record<string, Json>;
  /** The context object. */
  context?: Record<string, Json>;
}

/** A workflow to begin with. */
export interface Sample {
  name: string;
  description: string;
  document: Record<string, Json>;
  input: Json;
}

/** The samples, by name. */
export interface SampleList {
  samples: Sample[];
}

/** The whole document; If-Match names the draft that was read. */
export interface SaveDraftRequest {
  document: Record<string, Json>;
}

/** A time of a schedule: in UTC, and what the clocks of its zone show. */
export interface ScheduleTime {
  at: string | null;
  local: string;
  /** Whether the clocks show it twice that day: this is the first. */
  twice: boolean;
}

/** When a schedule of the document comes next; a rate is counted from now. */
export interface ScheduleTimes {
  /** The JSON pointer of the trigger. */
  location: string;
  expression: string;
  timezone: string;
  enabled: boolean;
  times: ScheduleTime[];
  /** What the clocks leave out before the last of them. */
  skipped: string[];
}

/** What may be shown of a secret: never its value. */
export interface Secret {
  key: string;
  backend: string;
  updated_at: string | null;
  updated_by: string | null;
  /** Who may use it; null for one of before grants were kept, which everybody may use. */
  grants: SecretGrant[] | null;
  /** Until then the value of before is kept; null on AWS, where it is until another follows. */
  previous_until?: string | null;
  /** The backend that is asked before this one and has the key as well: its value is what runs. */
  shadowed_by: string | null;
  /** The setting that names it: the product itself uses it. */
  setting: string | null;
}

/** That a workflow may hand the secret to a connector, for calls to a host; * is any of them. */
export interface SecretGrant {
  workflow: string;
  connector: string;
  host: string;
}

/** All secrets, by backend in the order in which they are asked. */
export interface SecretList {
  secrets: SecretWithUse[];
  /** Those that workflows name and that are nowhere. */
  missing: SecretNeeded[];
}

/** A secret that workflows name and no backend has. */
export interface SecretNeeded {
  key: string;
  used_by: SecretUse[];
}

/** A secret's value. It is never shown again. */
export interface SecretRequest {
  value: string;
  /** Take a value of fewer than 8 characters, which masking cannot tell from ordinary text. */
  allow_short?: boolean;
}

/** Who names a secret, and who may use it. */
export interface SecretUsage {
  key: string;
  /** The backend that answers for it; null where none has it. */
  backend: string | null;
  grants: SecretGrant[] | null;
  uses: SecretUsed[];
}

/** A workflow that names the secret: its active version, or its draft. */
export interface SecretUse {
  workflow: string;
  version: number | "draft";
  states: string[];
  /** The paths of its webhooks that it proves the senders of. */
  webhooks: string[];
  /** Its alerts that are sent with it. */
  alerts: string[];
}

/** A place that names the secret: a state, a webhook (by its path) or an alert, of an active version or a draft. */
export interface SecretUsed {
  workflow: string;
  version: number | "draft";
  kind: "state" | "trigger" | "alert";
  name: string;
  connector: string;
  /** The host that is written out there; * where an expression makes it. */
  host: string;
  granted: boolean;
}

/** A secret and who uses it. `writable` says whether it can be rotated and deleted here. */
export interface SecretWithUse {
  key: string;
  backend: string;
  updated_at: string | null;
  updated_by: string | null;
  /** Who may use it; null for one of before grants were kept, which everybody may use. */
  grants: SecretGrant[] | null;
  /** Until then the value of before is kept; null on AWS, where it is until another follows. */
  previous_until?: string | null;
  /** The backend that is asked before this one and has the key as well: its value is what runs. */
  shadowed_by: string | null;
  /** The setting that names it: the product itself uses it. */
  setting: string | null;
  writable: boolean;
  used_by: SecretUse[];
}

/** One setting, as it holds for whoever answers. */
export interface Setting {
  group: "retention" | "alerts" | "reach" | "publishing" | "copilot" | "work";
  /** Its name in the environment. */
  name: string;
  /** As it would be written there; of an address that is called, the host alone. */
  value: string;
  is_default: boolean;
  says: string;
  /** How it is changed here. */
  change: string;
}

/** How this folder or stage is set. `workflows` are those whose document says something else. */
export interface Settings {
  settings: Setting[];
  workflows: WorkflowSettings[];
  /** Null on one machine, where everything is heard that is put there. */
  heard: Heard | null;
}

/** Start an execution. */
export interface StartRequest {
  /** Any JSON value. */
  input?: Json;
  /** Unique within the workflow; by default a UUID. */
  name?: string | null;
  /** By default the active one. */
  version?: number | null;
  /** Run an EXPRESS workflow here and answer with its outcome; 504 after 25 s. Or ?sync=true. */
  sync?: boolean;
  /** Seconds to wait for its end; then it is answered as it stands. A stage on AWS waits for none. */
  wait?: number;
}

/** A state that differs: added, removed or changed. */
export interface StateChange {
  state: string;
  change: string;
}

/** One visit of one state. */
export interface Step {
  /** Stable: the states on the way to it with their visits, branches and items. */
  id: string;
  /** The same without visits and items: how a test names the state. */
  path: string;
  name: string;
  type: string;
  resource: string | null;
  /** The id of the Parallel or Map it is in. */
  parent: string | null;
  branch: number | null;
  item: number | null;
  visit: number;
  status: "RUNNING" | "WAITING" | "RETRYING" | "SUCCEEDED" | "CAUGHT" | "FAILED" | "TIMED_OUT" | "ABORTED";
  entered_at: string | null;
  exited_at: string | null;
  attempts: Attempt[];
  waits: Wait[];
  next: string | null;
  caught: Caught | null;
  error: string | null;
  first_event: number;
  last_event: number;
  /** A distributed Map's run. */
  map_run: string | null;
}

/** A step with its values. Secrets are in none of them: they never were. */
export interface StepDetail {
  step: Step;
  /** Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  input: Json;
  /** Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  output: Json;
  /** What the Task was called with. Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  arguments: Json;
  /** What the Task's call returned. Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded. */
  result: Json;
  assigned: Record<string, Json>;
  /** What the state could see as it was entered. */
  variables: Record<string, Json>;
  error: string | null;
  /** In plain words: a connector's message without its JSON. */
  cause: string | null;
  stack_trace: string | null;
  events: Record<string, Json>[];
  logs: LogLine[];
  /** The query of GET /audit that lists this step's entries. */
  audit: Record<string, string>;
  links: ConsoleAddresses;
}

/** Why a step went as it did, with the values of then. What does not apply is null. */
export interface StepExplanation {
  step: Step;
  sentence: string;
  /** Of a Choice: each rule with its values, and what would flip it. */
  choice: RuleReport | null;
  /** Whether the rules, tested with these values now, lead where the run went. False: they draw random values, or read a part of the context that is not kept. */
  agrees: boolean | null;
  expression: FailedExpression | null;
  retry: Timetable | null;
  /** Values that it would show are hidden: ask with a reveal. */
  hidden: boolean;
  /** The context object that it was evaluated with; null where none was needed. */
  context: Json;
}

/** All steps, in the order in which they were entered. `complete` false: the history is longer than is read. */
export interface StepsAnswer {
  steps: Step[];
  edges: Edge[];
  rests: Rest[];
  last_event: number;
  status: string;
  complete: boolean;
  /** So many events lie before the `newest`. */
  events_left_out?: number;
  /** By step id, where `causes` asks for them. */
  causes?: Record<string, string>;
}

/** Which of a workflow's executions to stop; error and cause are shown with each. */
export interface StopManyRequest {
  limit?: number;
  next_token?: string | null;
  status?: "RUNNING" | "PAUSED";
  error?: string | null;
  cause?: string | null;
}

/** Stop an execution; error and cause are shown with it. */
export interface StopRequest {
  error?: string | null;
  cause?: string | null;
}

/** The executions that were asked to stop. `next_token` is null on the last page. */
export interface StoppedMany {
  stopped: string[];
  next_token: string | null;
}

/** How long executions are kept, and what they take. `folder` is null on AWS, where nothing fills up. */
export interface Storage {
  /** Days after the end, where a workflow names none; 0 is for ever. */
  retention_days: number;
  redrive_days: number;
  /** Null where nothing is known to be taken; on AWS always. */
  next: NextTaken | null;
  folder: Folder | null;
}

/** Fail a task that waits for its token. */
export interface TaskFailureRequest {
  token: string;
  error?: string | null;
  cause?: string | null;
}

/** Say that the work behind a task token goes on. */
export interface TaskHeartbeatRequest {
  token: string;
}

/** Answer a task that waits for its token. */
export interface TaskSuccessRequest {
  token: string;
  output?: Json;
}

/** Templates: those that fit the words, the best first; else all, by area and title. */
export interface TemplateList {
  templates: TemplateRow[];
}

/** A whole workflow to begin with. */
export interface TemplateRow {
  name: string;
  title: string;
  area: string;
  description: string;
  /** Codes of the connectors that it calls. */
  connectors: string[];
  /** What must be filled in before it runs. */
  to_dos: ProposalToDo[];
  /** With input_schema and cases. */
  document: Record<string, Json>;
}

/** What would arrive. `facts` are names of the context's Trigger: Headers, Query … */
export interface TestRequest {
  value?: Json;
  facts?: Record<string, Json>;
  /** The source's own id. */
  dedupe_key?: string | null;
}

/** A connection that works. */
export interface TestedConnection {
  name: string;
  /** The addresses that were asked. */
  asked: string[];
}

/** What a trigger would make of it; nothing was written. */
export interface TestedDelivery {
  matched: boolean;
  /** Why not, or why it could start nothing. */
  why: string | null;
  /** It matches or might, and could start nothing. */
  refused: boolean;
  input?: Json;
  /** The name of the execution; null where each arrival has another. */
  execution: string | null;
}

/** The attempts of a step, its Retriers, and what came or comes next. */
export interface Timetable {
  tried: Tried[];
  rules: Retrier[];
  coming: string;
  next_at: string | null;
}

/**
 * How it ended. `status` is TIMED_OUT_TEST where the test itself took too long, and RUNNING where a Task waits for
 * an answer that nobody gives.
 */
export interface TrialAnswer {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "RUNNING" | "TIMED_OUT_TEST";
  output: Json;
  error: string | null;
  cause: string | null;
  steps: Step[];
  /** By step id: its input, output, arguments, result, assigned and variables. */
  values: Record<string, Record<string, Json>>;
  edges: Edge[];
  events: Record<string, Json>[];
  unmocked_writes: Unmocked[];
  /** The calls that were really made. */
  called: Unmocked[];
}

/** What is run, on what, and what it may touch. */
export interface TrialRequest {
  /** A workflow document. */
  document?: Record<string, Json> | null;
  /** Or a bare definition. */
  definition?: Record<string, Json> | null;
  /** The input of the first state that runs. */
  input?: Json;
  /** What is assigned before it. */
  variables?: Record<string, Json>;
  mode?: "step" | "up_to" | "from" | "all";
  /** The state of step, up_to and from: its name, or the path to it (Fulfil/0/Reserve). */
  state?: string | null;
  /** By state, the output it has without being run. */
  pins?: Record<string, Json>;
  /** By state, what its call comes to. */
  mocks?: Record<string, Mock>;
  /** Resources that write and may really be called. */
  allow?: string[];
  /** Whether actions that only read are really called. */
  use_reads?: boolean;
}

/** One attempt. `rule` and `use`: the Retrier that took its failure, and which of its attempts it gave, from 1. */
export interface Tried {
  number: number;
  started_at: string | null;
  ended_at: string | null;
  status: string;
  error: string | null;
  rule: number | null;
  use: number | null;
  /** The planned wait in seconds; with jitter the longest. */
  delay: number | null;
  /** What was waited, in seconds. */
  waited: number | null;
}

/** A trigger of an active version. `next_at` is when a schedule comes next. */
export interface Trigger {
  workflow: string;
  name: string;
  type: string;
  version: number;
  /** False: it is switched off in the document, paused, or a schedule whose last time is done. */
  listens: boolean;
  /** A schedule comes no more; the links of a public form are closed, who is signed in opens it. */
  over?: boolean;
  enabled: boolean;
  /** What it listens to, in words. */
  says: string;
  /** Where a webhook is called: a path below this API's address. */
  address?: string | null;
  /** The whole of it, where AUTOMATE_PUBLIC_URL says what it begins with. */
  url?: string | null;
  next_at?: string | null;
  /** Up to when a schedule's times are done. */
  looked_at?: string | null;
  paused_at?: string | null;
  paused_by?: string | null;
}

/** By workflow and name. */
export interface TriggerList {
  triggers: Trigger[];
}

/** One turn of a conversation. */
export interface Turn {
  number: number;
  asked: string;
  at: string | null;
  status: "RUNNING" | "DONE" | "STOPPED" | "FAILED";
  /** The model's text so far. */
  text: string;
  calls: TurnCall[];
  question: TurnQuestion | null;
  proposal: Proposal | null;
  problem: TurnProblem | null;
  usage: TurnUsage;
  limits: TurnLimits;
}

/** A turn that has begun. */
export interface TurnBegun {
  number: number;
  /** GET …/conversation?after=TAG answers what comes behind it. */
  tag: string;
}

/** A call of a tool by the model. */
export interface TurnCall {
  tool: string;
  about: string;
  /** Null while it runs. */
  outcome: string | null;
  failed: boolean;
}

/** What a turn may use. */
export interface TurnLimits {
  answers: number;
  /** Input and output together. */
  tokens: number;
  seconds: number;
}

/** Why a turn has no draft. */
export interface TurnProblem {
  message: string;
  advice: string;
  findings: string[];
}

/** A question of the model; the answer is the next turn's text. */
export interface TurnQuestion {
  text: string;
  choices: string[];
}

/** A request about the draft on the canvas. */
export interface TurnRequest {
  /** What should happen or change, or a question; at most 4,000 characters. */
  text: string;
  /** The draft on the canvas; by default the stored one. */
  document?: Record<string, Json> | null;
  /** The id of an execution that the request is about. */
  execution?: string | null;
}

/** What a turn has used. */
export interface TurnUsage {
  answers: number;
  input_tokens: number;
  output_tokens: number;
  seconds: number;
}

/** A call that was not made, for it writes and nothing says what it comes to. */
export interface Unmocked {
  state: string;
  resource: string;
}

/** New limits; what is left out stays. What is out already goes on. */
export interface UpdateMapRunRequest {
  /** 0: no limit. */
  max_concurrency?: number | null;
  tolerated_failure_count?: number | null;
  tolerated_failure_percentage?: number | null;
}

/** Where to put it, with these headers, for so many seconds. `href` is null where requests may be that large. */
export interface Upload {
  id: string | null;
  href: string | null;
  headers: Record<string, string>;
  expires_in: number;
}

/** How much is to be put. */
export interface UploadRequest {
  bytes: number;
}

/** Check a document without storing it. */
export interface ValidateRequest {
  /** A workflow document, or a bare definition in the Amazon States Language. */
  document?: Record<string, Json> | null;
  /** The same as text: JSON, or YAML. Kept as it is, for export. */
  source?: string | null;
  /** What `source` is; by default JSON where it begins as JSON does. */
  format?: "json" | "yaml" | null;
  /** The workflow's name, over the document's own. */
  name?: string | null;
}

/** OK or FAIL, every finding, what will listen to what, and when each schedule comes next. */
export interface Validation {
  result: string;
  diagnostics: Finding[];
  schedules: ScheduleTimes[];
  listens: Listens[];
}

/** What the log is compared with. */
export interface VerifyRequest {
  /** The lines of an earlier export, each as it was written. */
  against: string[];
}

/** A published version. */
export interface Version {
  workflow: string;
  version: number;
  digest: string;
  note: string;
  published_at: string | null;
  published_by: string;
  active: boolean;
}

/** All versions, newest first. */
export interface VersionList {
  versions: Version[];
}

/** A published version with its document. */
export interface VersionWithDocument {
  workflow: string;
  version: number;
  digest: string;
  note: string;
  published_at: string | null;
  published_by: string;
  active: boolean;
  document: Record<string, Json>;
  connectors: PinnedConnector[];
}

/** A saved view. */
export interface View {
  name: string;
  /** Those that are set. */
  filters: Record<string, string>;
  saved_at: string | null;
}

/** The filters of the list, and its order. `last` counts back from when it is looked at. */
export interface ViewFilters {
  /** With this name; with * at its end, a prefix. */
  name?: string | null;
  /** With this error; with * at its end, a prefix. */
  error?: string | null;
  /** With this business key; with * at its end, a prefix. */
  business_key?: string | null;
  /** Not before this time: ISO 8601, UTC without a zone. */
  started_after?: string | null;
  /** Before this time. */
  started_before?: string | null;
  workflow?: string | null;
  /** One, or several with commas between: any of them. */
  status?: string | null;
  /** What is looked for in business keys, error names and causes. On one machine each word has to begin a word of them, and case is ignored. On AWS it is what the business key or the error name begins with. `searches` of the answer says which. */
  text?: string | null;
  /** Started so long ago, or later. */
  last?: "1h" | "24h" | "7d" | "30d" | null;
  /** Whose start comes first. */
  order?: "newest" | "oldest";
}

/** By name. */
export interface ViewList {
  views: View[];
}

/** What is saved under the name. */
export interface ViewRequest {
  filters: ViewFilters;
}

/** A time in which nothing was done: for a timer, a Retrier's interval, or an answer from outside. */
export interface Wait {
  from: string | null;
  to: string | null;
  why: "wait" | "retry" | "callback";
}

/** An open execution that started long ago. */
export interface Waiting {
  execution: string;
  workflow: string;
  status: string;
  started_at: string | null;
}

/** A task that waits for its answer. */
export interface WaitingTask {
  state: string;
  /** What answers it: given to the owner of a data folder on its own command line, null elsewhere, and of an approval. */
  token: string | null;
  /** What people are asked there (/approvals/{approval}). */
  approval: string | null;
}

/** The tasks that wait for an answer from outside. */
export interface WaitingTasks {
  waiting: WaitingTask[];
}

/** What watches the deployment. `watched` is false on one machine. */
export interface Watch {
  watched: boolean;
  alarms: Alarm[];
  topics: AlarmTopic[];
}

/** One workflow. Versions are null before the first publish. */
export interface Workflow {
  name: string;
  description: string;
  kind: string;
  tags: Record<string, string>;
  active_version: number | null;
  latest_version: number | null;
  updated_at: string | null;
  updated_by: string;
  /** Whether the draft is another than the active version. */
  has_unpublished_changes: boolean;
  paused: WorkflowPause | null;
  archived: boolean;
  /** The newest first, at most five. */
  last_runs: LastRun[];
}

/** Of one workflow, the same. `workflow` is empty for those that were not kept apart. */
export interface WorkflowCounts {
  workflow: string;
  started: number;
  succeeded: number;
  failed: number;
  stopped: number;
  open: number;
  /** How many ended in this time, whenever they started. */
  ended: number;
  /** By the estimate of the active version; null without one. */
  usd: number | null;
}

/** The workflows, by name. */
export interface WorkflowList {
  workflows: Workflow[];
}

/** How a workflow is paused, by whom and since when. */
export interface WorkflowPause {
  starts: string;
  running: string;
  by: string;
  at: string | null;
}

/** What the active version of a workflow says for itself; null where the settings hold. */
export interface WorkflowSettings {
  workflow: string;
  version: number;
  retention_days: number | null;
  budgets: Budgets | null;
  /** The names of its alerts; an empty list: nobody hears. */
  alerts: string[] | null;
}

/** Of a body as a text in the JSON that goes through Lambda. */
export const MOST_SENT_BYTES = 5242880;

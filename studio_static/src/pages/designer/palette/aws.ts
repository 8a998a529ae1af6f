/**
 * AWS integrations as palette entries. The optimised ones are those of the AWS Step Functions Developer Guide
 * ("Integrating optimized services"), as engine/language/asl/integrations.py has them; common SDK actions are named too, and any
 * other can be typed as `service:action`.
 */
import type { JsonObject } from "../../../asl/types";

export interface AwsAction {
  readonly service: string;
  readonly action: string;
  readonly title: string;
  /** Endings that the resource may have, the plain one first. */
  readonly patterns: readonly string[];
  /** Arguments a new Task begins with: what the service cannot do without. */
  readonly start: JsonObject;
  readonly sdk: boolean;
}

const JOB = ["", ".sync"];
const CALLBACK = ["", ".waitForTaskToken"];
const ONLY = [""];

function optimised(
  service: string,
  action: string,
  title: string,
  patterns: readonly string[],
  start: JsonObject,
): AwsAction {
  return { service, action, title, patterns, start, sdk: false };
}

function sdk(service: string, action: string, title: string, start: JsonObject): AwsAction {
  return { service, action, title, patterns: ONLY, start, sdk: true };
}

const TABLE = { TableName: "" };

export const AWS_ACTIONS: readonly AwsAction[] = [
  optimised("lambda", "invoke", "Invoke a function", CALLBACK, { FunctionName: "", Payload: "{% $states.input %}" }),
  optimised("dynamodb", "getItem", "Get an item", ONLY, { ...TABLE, Key: {} }),
  optimised("dynamodb", "putItem", "Put an item", ONLY, { ...TABLE, Item: {} }),
  optimised("dynamodb", "updateItem", "Update an item", ONLY, { ...TABLE, Key: {} }),
  optimised("dynamodb", "deleteItem", "Delete an item", ONLY, { ...TABLE, Key: {} }),
  optimised("sqs", "sendMessage", "Send a message", CALLBACK, { QueueUrl: "", MessageBody: "{% $states.input %}" }),
  optimised("sns", "publish", "Publish a message", CALLBACK, { TopicArn: "", Message: "" }),
  optimised("events", "putEvents", "Put events on a bus", CALLBACK, {
    Entries: [{ Source: "", DetailType: "", Detail: {} }],
  }),
  optimised("states", "startExecution", "Start another workflow", ["", ".sync:2", ".waitForTaskToken"], {
    StateMachineArn: "",
    Input: "{% $states.input %}",
  }),
  optimised("bedrock", "invokeModel", "Ask a model", ONLY, { ModelId: "", Body: {} }),
  optimised("ecs", "runTask", "Run a container task", ["", ".sync", ".waitForTaskToken"], {
    Cluster: "",
    TaskDefinition: "",
  }),
  optimised("batch", "submitJob", "Submit a job", JOB, { JobName: "", JobQueue: "", JobDefinition: "" }),
  optimised("glue", "startJobRun", "Start a job run", JOB, { JobName: "" }),
  optimised("athena", "startQueryExecution", "Start a query", JOB, { QueryString: "", WorkGroup: "primary" }),
  optimised("athena", "getQueryResults", "Get a query's results", ONLY, { QueryExecutionId: "" }),
  optimised("http", "invoke", "Call an HTTPS endpoint", ONLY, {
    ApiEndpoint: "https://",
    Method: "GET",
    Authentication: { ConnectionArn: "" },
  }),
  optimised("apigateway", "invoke", "Call an API of API Gateway", CALLBACK, { ApiEndpoint: "", Method: "GET" }),
  optimised("codebuild", "startBuild", "Start a build", JOB, { ProjectName: "" }),
  optimised("databrew", "startJobRun", "Start a job run", JOB, { Name: "" }),
  optimised("eks", "runJob", "Run a Kubernetes job", JOB, {
    ClusterName: "",
    CertificateAuthority: "",
    Endpoint: "",
    Job: {},
  }),
  optimised("eks", "call", "Call the Kubernetes API", ONLY, {
    ClusterName: "",
    CertificateAuthority: "",
    Endpoint: "",
    Method: "GET",
    Path: "",
  }),
  optimised("elasticmapreduce", "addStep", "Add a step to a cluster", JOB, { ClusterId: "", Step: {} }),
  optimised("emr-serverless", "startJobRun", "Start a job run", JOB, {
    ApplicationId: "",
    ExecutionRoleArn: "",
    JobDriver: {},
  }),
  optimised("mediaconvert", "createJob", "Create a job", JOB, { Role: "", Settings: {} }),
  optimised("sagemaker", "createTrainingJob", "Train a model", JOB, { TrainingJobName: "" }),
  optimised("sagemaker", "createTransformJob", "Run a batch transform", JOB, { TransformJobName: "" }),
  sdk("s3", "getObject", "Get an object", { Bucket: "", Key: "" }),
  sdk("s3", "putObject", "Put an object", { Bucket: "", Key: "", Body: "{% $states.input %}" }),
  sdk("s3", "listObjectsV2", "List objects", { Bucket: "" }),
  sdk("s3", "copyObject", "Copy an object", { Bucket: "", Key: "", CopySource: "" }),
  sdk("s3", "deleteObject", "Delete an object", { Bucket: "", Key: "" }),
  sdk("dynamodb", "query", "Query a table", { ...TABLE, KeyConditionExpression: "" }),
  sdk("dynamodb", "scan", "Scan a table", TABLE),
  sdk("dynamodb", "transactWriteItems", "Write items in a transaction", { TransactItems: [] }),
  sdk("sesv2", "sendEmail", "Send an e-mail", {
    FromEmailAddress: "",
    Destination: { ToAddresses: [] },
    Content: { Simple: { Subject: { Data: "" }, Body: { Text: { Data: "" } } } },
  }),
  sdk("secretsmanager", "getSecretValue", "Get a secret's value", { SecretId: "" }),
  sdk("ssm", "getParameter", "Get a parameter", { Name: "" }),
  sdk("sqs", "receiveMessage", "Receive messages", { QueueUrl: "" }),
  sdk("scheduler", "createSchedule", "Create a schedule", {
    Name: "",
    ScheduleExpression: "",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: {},
  }),
  sdk("rdsdata", "executeStatement", "Run an SQL statement", { ResourceArn: "", SecretArn: "", Sql: "" }),
  sdk("bedrockruntime", "converse", "Talk with a model", { ModelId: "", Messages: [] }),
  sdk("comprehend", "detectSentiment", "Detect the sentiment of a text", { LanguageCode: "en", Text: "" }),
  sdk("textract", "detectDocumentText", "Read the text of a document", { Document: {} }),
  sdk("translate", "translateText", "Translate a text", {
    SourceLanguageCode: "auto",
    TargetLanguageCode: "en",
    Text: "",
  }),
  sdk("sts", "assumeRole", "Assume a role", { RoleArn: "", RoleSessionName: "" }),
];

/** The Resource of an action with one of its patterns. */
export function awsResource(action: Pick<AwsAction, "service" | "action" | "sdk">, pattern = ""): string {
  return `arn:aws:states:::${action.sdk ? "aws-sdk:" : ""}${action.service}:${action.action}${pattern}`;
}

/** Any SDK call, typed as `s3:copyObject`, `aws-sdk:s3:copyObject` or `s3 copyObject`; null for other text. */
export function typedSdkAction(text: string): AwsAction | null {
  const match = /^(?:arn:aws:states:::)?(?:aws-sdk:)?([a-z][a-z\d-]+)[: ]([a-z][A-Za-z\d]+)$/.exec(text.trim());
  const [, service, action] = match ?? [];
  if (service === undefined || action === undefined) return null;
  return sdk(service, action, `Call ${action}`, {});
}

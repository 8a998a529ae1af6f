/**
 * AWS integrations as palette entries: every optimised one that a Task can call, as the engine has them, and the common
 * SDK actions; any other SDK action can be typed as `service:action`. Here are only their words, and what a new Task
 * begins with.
 */
import type { JsonObject } from "../../../asl/types";
import { OPTIMISED, type OptimisedName, REQUIRED_ARGUMENTS, SDK_REFUSED } from "../../../facts";

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

type Words = readonly [title: string, start?: JsonObject];

const INPUT = "{% $states.input %}";
const TABLE = { TableName: "" };

/** The optimised ones that say more than their name, the most used first. */
const OPTIMISED_WORDS: Partial<Record<OptimisedName, Words>> = {
  "lambda:invoke": ["Invoke a function", { FunctionName: "", Payload: INPUT }],
  "dynamodb:getItem": ["Get an item", { ...TABLE, Key: {} }],
  "dynamodb:putItem": ["Put an item", { ...TABLE, Item: {} }],
  "dynamodb:updateItem": ["Update an item", { ...TABLE, Key: {} }],
  "dynamodb:deleteItem": ["Delete an item", { ...TABLE, Key: {} }],
  "sqs:sendMessage": ["Send a message", { QueueUrl: "", MessageBody: INPUT }],
  "sns:publish": ["Publish a message", { TopicArn: "", Message: "" }],
  "events:putEvents": ["Put events on a bus", { Entries: [{ Source: "", DetailType: "", Detail: {} }] }],
  "states:startExecution": ["Start another workflow", { StateMachineArn: "", Input: INPUT }],
  "ecs:runTask": ["Run a container task", { Cluster: "", TaskDefinition: "" }],
  "batch:submitJob": ["Submit a job", { JobName: "", JobQueue: "", JobDefinition: "" }],
  "glue:startJobRun": ["Start a job run"],
  "athena:startQueryExecution": ["Start a query", { QueryString: "", WorkGroup: "primary" }],
  "athena:getQueryResults": ["Get a query's results", { QueryExecutionId: "" }],
  "apigateway:invoke": ["Call an API of API Gateway", { ApiEndpoint: "", Method: "GET" }],
  "codebuild:startBuild": ["Start a build", { ProjectName: "" }],
  "databrew:startJobRun": ["Start a job run", { Name: "" }],
  "elasticmapreduce:addStep": ["Add a step to a cluster", { ClusterId: "", Step: {} }],
  "emr-serverless:startJobRun": ["Start a job run", { ApplicationId: "", ExecutionRoleArn: "", JobDriver: {} }],
  "mediaconvert:createJob": ["Create a job", { Role: "", Settings: {} }],
  "sagemaker:createTrainingJob": ["Train a model", { TrainingJobName: "" }],
  "sagemaker:createTransformJob": ["Run a batch transform", { TransformJobName: "" }],
};

const SDK_WORDS: Readonly<Record<string, Words>> = {
  "s3:getObject": ["Get an object", { Bucket: "", Key: "" }],
  "s3:putObject": ["Put an object", { Bucket: "", Key: "", Body: INPUT }],
  "s3:listObjectsV2": ["List objects", { Bucket: "" }],
  "s3:copyObject": ["Copy an object", { Bucket: "", Key: "", CopySource: "" }],
  "s3:deleteObject": ["Delete an object", { Bucket: "", Key: "" }],
  "dynamodb:query": ["Query a table", { ...TABLE, KeyConditionExpression: "" }],
  "dynamodb:scan": ["Scan a table", TABLE],
  "dynamodb:transactWriteItems": ["Write items in a transaction", { TransactItems: [] }],
  "sesv2:sendEmail": [
    "Send an e-mail",
    {
      FromEmailAddress: "",
      Destination: { ToAddresses: [] },
      Content: { Simple: { Subject: { Data: "" }, Body: { Text: { Data: "" } } } },
    },
  ],
  "ssm:getParameter": ["Get a parameter", { Name: "" }],
  "sqs:receiveMessage": ["Receive messages", { QueueUrl: "" }],
  "scheduler:createSchedule": [
    "Create a schedule",
    { Name: "", ScheduleExpression: "", FlexibleTimeWindow: { Mode: "OFF" }, Target: {} },
  ],
  "rdsdata:executeStatement": ["Run an SQL statement", { ResourceArn: "", SecretArn: "", Sql: "" }],
  "bedrockruntime:invokeModel": ["Ask a model", { ModelId: "", Body: {} }],
  "bedrockruntime:converse": ["Talk with a model", { ModelId: "", Messages: [] }],
  "comprehend:detectSentiment": ["Detect the sentiment of a text", { LanguageCode: "en", Text: "" }],
  "textract:detectDocumentText": ["Read the text of a document", { Document: {} }],
  "translate:translateText": ["Translate a text", { SourceLanguageCode: "auto", TargetLanguageCode: "en", Text: "" }],
};

/** `createNodegroup` → `Create nodegroup` */
function titleOf(action: string): string {
  const words = action.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function split(name: string): { service: string; action: string } {
  const at = name.indexOf(":");
  return { service: name.slice(0, at), action: name.slice(at + 1) };
}

function optimised(name: OptimisedName): AwsAction {
  const { service, action } = split(name);
  const required: readonly string[] = (REQUIRED_ARGUMENTS as Readonly<Record<string, readonly string[]>>)[name] ?? [];
  const blank = Object.fromEntries(required.map((argument) => [argument, ""]));
  const [title, start = blank] = OPTIMISED_WORDS[name] ?? [titleOf(action)];
  return { service, action, title, patterns: OPTIMISED[name], start, sdk: false };
}

function sdk(name: string, [title, start = {}]: Words): AwsAction {
  return { ...split(name), title, patterns: [""], start, sdk: true };
}

const NAMES = new Set([...Object.keys(OPTIMISED_WORDS), ...Object.keys(OPTIMISED)] as OptimisedName[]);

export const AWS_ACTIONS: readonly AwsAction[] = [
  ...[...NAMES].map(optimised),
  ...Object.entries(SDK_WORDS).map(([name, words]) => sdk(name, words)),
];

/** The Resource of an action with one of its patterns. */
export function awsResource(action: Pick<AwsAction, "service" | "action" | "sdk">, pattern = ""): string {
  return `arn:aws:states:::${action.sdk ? "aws-sdk:" : ""}${action.service}:${action.action}${pattern}`;
}

/**
 * Any SDK call, typed as `s3:copyObject`, `aws-sdk:s3:copyObject` or `s3 copyObject`; null for other text, and for a call
 * that answers with a secret.
 */
export function typedSdkAction(text: string): AwsAction | null {
  const match = /^(?:arn:aws:states:::)?(?:aws-sdk:)?([a-z][a-z\d-]+)[: ]([a-z][A-Za-z\d]+)$/.exec(text.trim());
  const [, service, action] = match ?? [];
  if (service === undefined || action === undefined) return null;
  const name = `${service}:${action}`;
  return (SDK_REFUSED as readonly string[]).includes(name) ? null : sdk(name, [`Call ${action}`]);
}

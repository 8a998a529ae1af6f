// Made by python -m functions.cli.reference from the engine: edit it there, not here.

/** The types that a state can have. */
export const STATE_TYPES = [
  "Task",
  "Wait",
  "Pass",
  "Succeed",
  "Fail",
  "Choice",
  "Parallel",
  "Map"
] as const;
export type StateType = (typeof STATE_TYPES)[number];

/** JSONPath is what holds where nothing is said. */
export const QUERY_LANGUAGES = [
  "JSONPath",
  "JSONata"
] as const;
export type QueryLanguage = (typeof QUERY_LANGUAGES)[number];

/** The fields of a definition. */
export const DEFINITION_FIELDS = [
  "States",
  "StartAt",
  "Comment",
  "Version",
  "TimeoutSeconds",
  "QueryLanguage"
] as const;

/** The fields of a state, by its type and query language. */
export const STATE_FIELDS = {
  "Task": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Next",
      "End",
      "Assign",
      "ResultPath",
      "ResultSelector",
      "Retry",
      "Catch",
      "Resource",
      "Parameters",
      "TimeoutSeconds",
      "TimeoutSecondsPath",
      "HeartbeatSeconds",
      "HeartbeatSecondsPath",
      "Credentials"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Next",
      "End",
      "Assign",
      "Retry",
      "Catch",
      "Resource",
      "Arguments",
      "TimeoutSeconds",
      "HeartbeatSeconds",
      "Credentials"
    ]
  },
  "Pass": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Next",
      "End",
      "Assign",
      "Result",
      "ResultPath",
      "Parameters"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Next",
      "End",
      "Assign"
    ]
  },
  "Wait": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Next",
      "End",
      "Assign",
      "Seconds",
      "SecondsPath",
      "Timestamp",
      "TimestampPath"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Next",
      "End",
      "Assign",
      "Seconds",
      "Timestamp"
    ]
  },
  "Choice": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Choices",
      "Default",
      "Assign"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Choices",
      "Default",
      "Assign"
    ]
  },
  "Succeed": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output"
    ]
  },
  "Fail": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Error",
      "ErrorPath",
      "Cause",
      "CausePath"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Error",
      "Cause"
    ]
  },
  "Parallel": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Next",
      "End",
      "Assign",
      "ResultPath",
      "ResultSelector",
      "Retry",
      "Catch",
      "Branches",
      "Parameters"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Next",
      "End",
      "Assign",
      "Retry",
      "Catch",
      "Branches",
      "Arguments"
    ]
  },
  "Map": {
    "JSONPath": [
      "Type",
      "Comment",
      "QueryLanguage",
      "InputPath",
      "OutputPath",
      "Next",
      "End",
      "Assign",
      "ResultPath",
      "ResultSelector",
      "Retry",
      "Catch",
      "ItemProcessor",
      "Iterator",
      "ItemsPath",
      "ItemSelector",
      "Parameters",
      "MaxConcurrency",
      "MaxConcurrencyPath",
      "ItemReader",
      "ItemBatcher",
      "ResultWriter",
      "Label",
      "ToleratedFailurePercentage",
      "ToleratedFailurePercentagePath",
      "ToleratedFailureCount",
      "ToleratedFailureCountPath"
    ],
    "JSONata": [
      "Type",
      "Comment",
      "QueryLanguage",
      "Output",
      "Next",
      "End",
      "Assign",
      "Retry",
      "Catch",
      "ItemProcessor",
      "Iterator",
      "Items",
      "ItemSelector",
      "MaxConcurrency",
      "ItemReader",
      "ItemBatcher",
      "ResultWriter",
      "Label",
      "ToleratedFailurePercentage",
      "ToleratedFailureCount"
    ]
  }
} as const;

/** The same of the objects in a state, by the field they are in. */
export const PART_FIELDS = {
  "Retry": {
    "JSONPath": [
      "ErrorEquals",
      "IntervalSeconds",
      "MaxAttempts",
      "BackoffRate",
      "MaxDelaySeconds",
      "JitterStrategy",
      "Comment"
    ],
    "JSONata": [
      "ErrorEquals",
      "IntervalSeconds",
      "MaxAttempts",
      "BackoffRate",
      "MaxDelaySeconds",
      "JitterStrategy",
      "Comment"
    ]
  },
  "Catch": {
    "JSONPath": [
      "ErrorEquals",
      "Next",
      "ResultPath",
      "Assign",
      "Comment"
    ],
    "JSONata": [
      "ErrorEquals",
      "Next",
      "Output",
      "Assign",
      "Comment"
    ]
  },
  "Choices": {
    "JSONPath": [
      "Variable",
      "StringEquals",
      "StringLessThan",
      "StringGreaterThan",
      "StringLessThanEquals",
      "StringGreaterThanEquals",
      "NumericEquals",
      "NumericLessThan",
      "NumericGreaterThan",
      "NumericLessThanEquals",
      "NumericGreaterThanEquals",
      "TimestampEquals",
      "TimestampLessThan",
      "TimestampGreaterThan",
      "TimestampLessThanEquals",
      "TimestampGreaterThanEquals",
      "BooleanEquals",
      "StringEqualsPath",
      "StringLessThanPath",
      "StringGreaterThanPath",
      "StringLessThanEqualsPath",
      "StringGreaterThanEqualsPath",
      "NumericEqualsPath",
      "NumericLessThanPath",
      "NumericGreaterThanPath",
      "NumericLessThanEqualsPath",
      "NumericGreaterThanEqualsPath",
      "TimestampEqualsPath",
      "TimestampLessThanPath",
      "TimestampGreaterThanPath",
      "TimestampLessThanEqualsPath",
      "TimestampGreaterThanEqualsPath",
      "BooleanEqualsPath",
      "StringMatches",
      "IsNull",
      "IsPresent",
      "IsNumeric",
      "IsString",
      "IsBoolean",
      "IsTimestamp",
      "And",
      "Or",
      "Not",
      "Next",
      "Assign",
      "Comment"
    ],
    "JSONata": [
      "Condition",
      "Next",
      "Assign",
      "Output",
      "Comment"
    ]
  },
  "ProcessorConfig": {
    "JSONPath": [
      "Mode",
      "ExecutionType"
    ],
    "JSONata": [
      "Mode",
      "ExecutionType"
    ]
  },
  "ItemReader": {
    "JSONPath": [
      "Resource",
      "ReaderConfig",
      "Parameters"
    ],
    "JSONata": [
      "Resource",
      "ReaderConfig",
      "Arguments"
    ]
  },
  "ReaderConfig": {
    "JSONPath": [
      "InputType",
      "Transformation",
      "ManifestType",
      "CSVDelimiter",
      "CSVHeaderLocation",
      "CSVHeaders",
      "ItemsPointer",
      "MaxItems",
      "MaxItemsPath"
    ],
    "JSONata": [
      "InputType",
      "Transformation",
      "ManifestType",
      "CSVDelimiter",
      "CSVHeaderLocation",
      "CSVHeaders",
      "ItemsPointer",
      "MaxItems"
    ]
  },
  "ItemBatcher": {
    "JSONPath": [
      "MaxItemsPerBatch",
      "MaxItemsPerBatchPath",
      "MaxInputBytesPerBatch",
      "MaxInputBytesPerBatchPath",
      "BatchInput"
    ],
    "JSONata": [
      "MaxItemsPerBatch",
      "MaxInputBytesPerBatch",
      "BatchInput"
    ]
  },
  "ResultWriter": {
    "JSONPath": [
      "Resource",
      "WriterConfig",
      "Parameters"
    ],
    "JSONata": [
      "Resource",
      "WriterConfig",
      "Arguments"
    ]
  },
  "WriterConfig": {
    "JSONPath": [
      "Transformation",
      "OutputType"
    ],
    "JSONata": [
      "Transformation",
      "OutputType"
    ]
  }
} as const;

/** The values that a field can have, where they are few. */
export const VALUES = {
  "Type": [
    "Task",
    "Wait",
    "Pass",
    "Succeed",
    "Fail",
    "Choice",
    "Parallel",
    "Map"
  ],
  "Version": [
    "1.0"
  ],
  "QueryLanguage": [
    "JSONPath",
    "JSONata"
  ],
  "JitterStrategy": [
    "FULL",
    "NONE"
  ],
  "Mode": [
    "INLINE",
    "DISTRIBUTED"
  ],
  "ExecutionType": [
    "STANDARD",
    "EXPRESS"
  ],
  "InputType": [
    "CSV",
    "JSON",
    "JSONL",
    "PARQUET",
    "MANIFEST"
  ],
  "Transformation": [
    "NONE",
    "LOAD_AND_FLATTEN",
    "COMPACT",
    "FLATTEN"
  ],
  "ManifestType": [
    "ATHENA_DATA",
    "S3_INVENTORY"
  ],
  "CSVDelimiter": [
    "COMMA",
    "PIPE",
    "SEMICOLON",
    "SPACE",
    "TAB"
  ],
  "CSVHeaderLocation": [
    "FIRST_ROW",
    "GIVEN"
  ],
  "OutputType": [
    "JSON",
    "JSONL"
  ]
} as const;

/** The comparisons of a Choice rule under JSONPath. */
export const CHOICE_OPERATORS = [
  "StringEquals",
  "StringLessThan",
  "StringGreaterThan",
  "StringLessThanEquals",
  "StringGreaterThanEquals",
  "NumericEquals",
  "NumericLessThan",
  "NumericGreaterThan",
  "NumericLessThanEquals",
  "NumericGreaterThanEquals",
  "TimestampEquals",
  "TimestampLessThan",
  "TimestampGreaterThan",
  "TimestampLessThanEquals",
  "TimestampGreaterThanEquals",
  "BooleanEquals",
  "StringEqualsPath",
  "StringLessThanPath",
  "StringGreaterThanPath",
  "StringLessThanEqualsPath",
  "StringGreaterThanEqualsPath",
  "NumericEqualsPath",
  "NumericLessThanPath",
  "NumericGreaterThanPath",
  "NumericLessThanEqualsPath",
  "NumericGreaterThanEqualsPath",
  "TimestampEqualsPath",
  "TimestampLessThanPath",
  "TimestampGreaterThanPath",
  "TimestampLessThanEqualsPath",
  "TimestampGreaterThanEqualsPath",
  "BooleanEqualsPath",
  "StringMatches",
  "IsNull",
  "IsPresent",
  "IsNumeric",
  "IsString",
  "IsBoolean",
  "IsTimestamp"
] as const;

/** What a Retrier has where it says nothing. */
export const RETRY_DEFAULTS = {
  "IntervalSeconds": 1.0,
  "MaxAttempts": 3,
  "BackoffRate": 2.0
} as const;

/** The language's own errors. */
export const ERROR_NAMES = [
  "States.ALL",
  "States.BranchFailed",
  "States.DataLimitExceeded",
  "States.ExceedToleratedFailureThreshold",
  "States.HeartbeatTimeout",
  "States.Http.Socket",
  "States.IntrinsicFailure",
  "States.ItemReaderFailed",
  "States.NoChoiceMatched",
  "States.ParameterPathFailure",
  "States.Permissions",
  "States.QueryEvaluationError",
  "States.ResultPathMatchFailure",
  "States.ResultWriterFailed",
  "States.Runtime",
  "States.TaskFailed",
  "States.Timeout"
] as const;
export type ErrorName = (typeof ERROR_NAMES)[number];

/** JSONPath's functions, each with an example of its arguments. */
export const INTRINSICS = {
  "States.Array": "$.a, $.b",
  "States.ArrayPartition": "$.items, 10",
  "States.ArrayContains": "$.items, $.item",
  "States.ArrayRange": "1, 9, 2",
  "States.ArrayGetItem": "$.items, 0",
  "States.ArrayLength": "$.items",
  "States.ArrayUnique": "$.items",
  "States.Base64Encode": "$.text",
  "States.Base64Decode": "$.text",
  "States.Hash": "$.text, 'SHA-256'",
  "States.JsonMerge": "$.a, $.b, false",
  "States.StringToJson": "$.text",
  "States.JsonToString": "$.value",
  "States.MathRandom": "1, 100",
  "States.MathAdd": "$.number, 1",
  "States.StringSplit": "$.text, ','",
  "States.Format": "'{}', $.value",
  "States.UUID": ""
} as const;

/** JSONata's functions, each with its arguments in words. */
export const JSONATA_FUNCTIONS = {
  "sum": "array",
  "count": "array",
  "max": "array",
  "min": "array",
  "average": "array",
  "string": "value",
  "length": "text",
  "substring": "text, start, length",
  "substringBefore": "text, mark",
  "substringAfter": "text, mark",
  "uppercase": "text",
  "lowercase": "text",
  "trim": "text",
  "pad": "text, width, character",
  "contains": "text, sought",
  "split": "text, separator",
  "join": "array, separator",
  "match": "text, pattern",
  "replace": "text, pattern, replacement",
  "base64encode": "text",
  "base64decode": "text",
  "encodeUrlComponent": "text",
  "encodeUrl": "text",
  "decodeUrlComponent": "text",
  "decodeUrl": "text",
  "number": "value",
  "abs": "number",
  "floor": "number",
  "ceil": "number",
  "round": "number, precision",
  "power": "base, exponent",
  "sqrt": "number",
  "formatNumber": "number, picture",
  "formatBase": "number, radix",
  "formatInteger": "number, picture",
  "parseInteger": "text, picture",
  "boolean": "value",
  "not": "value",
  "exists": "value",
  "append": "array, array",
  "sort": "array, function",
  "reverse": "array",
  "shuffle": "array",
  "distinct": "array",
  "zip": "array, array",
  "keys": "object",
  "lookup": "object, key",
  "spread": "object",
  "merge": "array",
  "each": "object, function",
  "type": "value",
  "error": "message",
  "assert": "condition, message",
  "now": "",
  "millis": "",
  "fromMillis": "number, picture, zone",
  "toMillis": "text, picture",
  "map": "array, function",
  "filter": "array, function",
  "single": "array, function",
  "reduce": "array, function, start",
  "sift": "object, function",
  "partition": "array, size",
  "range": "start, end, step",
  "hash": "text, algorithm",
  "random": "seed",
  "uuid": "",
  "parse": "text"
} as const;

/** What $states holds. */
export const STATES_FIELDS = [
  "input",
  "context",
  "result",
  "errorOutput"
] as const;

/** What the context object holds. */
export const CONTEXT_PATHS = [
  "Execution.Id",
  "Execution.Input",
  "Execution.Name",
  "Execution.RedriveCount",
  "Execution.RoleArn",
  "Execution.StartTime",
  "State.Name",
  "State.EnteredTime",
  "State.RetryCount",
  "StateMachine.Id",
  "StateMachine.Name",
  "Task.Token",
  "Map.Item.Index",
  "Map.Item.Value",
  "Map.Item.Source"
] as const;

/** What may end a Task's Resource. */
export const PATTERNS = [
  ".waitForTaskToken",
  ".sync:2",
  ".sync"
] as const;

/** The optimised integrations that can be called, each with its patterns. */
export const OPTIMISED = {
  "apigateway:invoke": [
    "",
    ".waitForTaskToken"
  ],
  "athena:startQueryExecution": [
    "",
    ".sync"
  ],
  "athena:stopQueryExecution": [
    ""
  ],
  "athena:getQueryExecution": [
    ""
  ],
  "athena:getQueryResults": [
    ""
  ],
  "batch:submitJob": [
    "",
    ".sync"
  ],
  "bedrock:createModelCustomizationJob": [
    "",
    ".sync"
  ],
  "codebuild:startBuild": [
    "",
    ".sync"
  ],
  "codebuild:stopBuild": [
    ""
  ],
  "codebuild:batchDeleteBuilds": [
    ""
  ],
  "codebuild:batchGetReports": [
    ""
  ],
  "codebuild:startBuildBatch": [
    "",
    ".sync"
  ],
  "codebuild:stopBuildBatch": [
    ""
  ],
  "codebuild:retryBuildBatch": [
    "",
    ".sync"
  ],
  "codebuild:deleteBuildBatch": [
    ""
  ],
  "databrew:startJobRun": [
    "",
    ".sync"
  ],
  "dynamodb:getItem": [
    ""
  ],
  "dynamodb:putItem": [
    ""
  ],
  "dynamodb:deleteItem": [
    ""
  ],
  "dynamodb:updateItem": [
    ""
  ],
  "ecs:runTask": [
    "",
    ".sync",
    ".waitForTaskToken"
  ],
  "eks:createCluster": [
    "",
    ".sync"
  ],
  "eks:deleteCluster": [
    "",
    ".sync"
  ],
  "eks:createFargateProfile": [
    "",
    ".sync"
  ],
  "eks:deleteFargateProfile": [
    "",
    ".sync"
  ],
  "eks:createNodegroup": [
    "",
    ".sync"
  ],
  "eks:deleteNodegroup": [
    "",
    ".sync"
  ],
  "elasticmapreduce:createCluster": [
    "",
    ".sync"
  ],
  "elasticmapreduce:setClusterTerminationProtection": [
    ""
  ],
  "elasticmapreduce:terminateCluster": [
    "",
    ".sync"
  ],
  "elasticmapreduce:addStep": [
    "",
    ".sync"
  ],
  "elasticmapreduce:cancelStep": [
    ""
  ],
  "emr-containers:createVirtualCluster": [
    ""
  ],
  "emr-containers:deleteVirtualCluster": [
    "",
    ".sync"
  ],
  "emr-containers:startJobRun": [
    "",
    ".sync"
  ],
  "emr-serverless:createApplication": [
    "",
    ".sync"
  ],
  "emr-serverless:startApplication": [
    "",
    ".sync"
  ],
  "emr-serverless:stopApplication": [
    "",
    ".sync"
  ],
  "emr-serverless:deleteApplication": [
    "",
    ".sync"
  ],
  "emr-serverless:startJobRun": [
    "",
    ".sync"
  ],
  "emr-serverless:cancelJobRun": [
    "",
    ".sync"
  ],
  "events:putEvents": [
    "",
    ".waitForTaskToken"
  ],
  "glue:startJobRun": [
    "",
    ".sync"
  ],
  "lambda:invoke": [
    "",
    ".waitForTaskToken"
  ],
  "mediaconvert:createJob": [
    "",
    ".sync"
  ],
  "sagemaker:createEndpoint": [
    ""
  ],
  "sagemaker:createEndpointConfig": [
    ""
  ],
  "sagemaker:createHyperParameterTuningJob": [
    "",
    ".sync"
  ],
  "sagemaker:createLabelingJob": [
    "",
    ".sync"
  ],
  "sagemaker:createModel": [
    ""
  ],
  "sagemaker:createProcessingJob": [
    "",
    ".sync"
  ],
  "sagemaker:createTrainingJob": [
    "",
    ".sync"
  ],
  "sagemaker:createTransformJob": [
    "",
    ".sync"
  ],
  "sagemaker:updateEndpoint": [
    ""
  ],
  "sns:publish": [
    "",
    ".waitForTaskToken"
  ],
  "sqs:sendMessage": [
    "",
    ".waitForTaskToken"
  ],
  "states:startExecution": [
    "",
    ".sync",
    ".sync:2",
    ".waitForTaskToken"
  ]
} as const;
export type OptimisedName = keyof typeof OPTIMISED;

/** What an optimised integration cannot do without. */
export const REQUIRED_ARGUMENTS = {
  "apigateway:invoke": [
    "ApiEndpoint",
    "Method"
  ],
  "batch:submitJob": [
    "JobDefinition",
    "JobName",
    "JobQueue"
  ],
  "dynamodb:deleteItem": [
    "Key",
    "TableName"
  ],
  "dynamodb:getItem": [
    "Key",
    "TableName"
  ],
  "dynamodb:putItem": [
    "Item",
    "TableName"
  ],
  "dynamodb:updateItem": [
    "Key",
    "TableName"
  ],
  "ecs:runTask": [
    "TaskDefinition"
  ],
  "events:putEvents": [
    "Entries"
  ],
  "glue:startJobRun": [
    "JobName"
  ],
  "http:invoke": [
    "ApiEndpoint",
    "Method"
  ],
  "lambda:invoke": [
    "FunctionName"
  ],
  "sns:publish": [
    "Message"
  ],
  "sqs:sendMessage": [
    "MessageBody",
    "QueueUrl"
  ],
  "states:startExecution": [
    "StateMachineArn"
  ]
} as const;

/** SDK calls that answer with a secret, which no Task may make. */
export const SDK_REFUSED = [
  "accountaccessruntime:getRoleCredentials",
  "acm:exportCertificate",
  "acm:getAcmeExternalAccountBindingCredentials",
  "amplifybackend:getBackendAuth",
  "amplifyuibuilder:exchangeCodeForToken",
  "amplifyuibuilder:refreshToken",
  "appstream:createAppBlockBuilderStreamingURL",
  "appstream:createImageBuilderStreamingURL",
  "appstream:createStreamingURL",
  "appsync:createApiKey",
  "appsync:listApiKeys",
  "appsync:updateApiKey",
  "athena:createPresignedNotebookUrl",
  "athena:getSessionEndpoint",
  "bedrockagentcore:getResourceApiKey",
  "bedrockagentcore:getResourceOauth2Token",
  "bedrockagentcore:getResourcePaymentToken",
  "bedrockagentcore:getWorkloadAccessToken",
  "bedrockagentcore:getWorkloadAccessTokenForJWT",
  "bedrockagentcore:getWorkloadAccessTokenForUserId",
  "bedrockagentcore:processPayment",
  "chime:regenerateSecurityToken",
  "chime:resetPersonalPIN",
  "chimesdkmeetings:batchCreateAttendee",
  "chimesdkmeetings:createAttendee",
  "chimesdkmeetings:createMeetingWithAttendees",
  "chimesdkmeetings:getAttendee",
  "chimesdkmeetings:listAttendees",
  "chimesdkmeetings:updateAttendeeCapabilities",
  "cloudwatchomni:createOneTimeDeepLinkCode",
  "cloudwatchomni:getSpaceCredentialsForOrganization",
  "cloudwatchomni:getSpaceDataAccess",
  "codeartifact:getAuthorizationToken",
  "codebuild:startSandboxConnection",
  "codecatalyst:createAccessToken",
  "codecatalyst:startDevEnvironmentSession",
  "codepipeline:getJobDetails",
  "codepipeline:getThirdPartyJobDetails",
  "codepipeline:pollForJobs",
  "cognitoidentity:getCredentialsForIdentity",
  "cognitoidentity:getOpenIdToken",
  "cognitoidentity:getOpenIdTokenForDeveloperIdentity",
  "cognitoidentityprovider:addUserPoolClientSecret",
  "cognitoidentityprovider:adminInitiateAuth",
  "cognitoidentityprovider:adminRespondToAuthChallenge",
  "cognitoidentityprovider:associateSoftwareToken",
  "cognitoidentityprovider:createUserPoolClient",
  "cognitoidentityprovider:describeUserPoolClient",
  "cognitoidentityprovider:getClientToken",
  "cognitoidentityprovider:getDerivedToken",
  "cognitoidentityprovider:getTokensFromRefreshToken",
  "cognitoidentityprovider:initiateAuth",
  "cognitoidentityprovider:listUserPoolClientSecrets",
  "cognitoidentityprovider:respondToAuthChallenge",
  "cognitoidentityprovider:updateUserPoolClient",
  "connect:createAuthCode",
  "connect:createParticipant",
  "connect:getFederationToken",
  "connect:startAssistantContact",
  "connect:startChatContact",
  "connect:startWebRTCContact",
  "connectparticipant:createParticipantConnection",
  "datazone:getEnvironmentCredentials",
  "datazone:getIamPortalLoginUrl",
  "deadline:assumeFleetRoleForRead",
  "deadline:assumeFleetRoleForWorker",
  "deadline:assumeQueueRoleForRead",
  "deadline:assumeQueueRoleForUser",
  "deadline:assumeQueueRoleForWorker",
  "devicefarm:createTestGridUrl",
  "ec2:createKeyPair",
  "ec2:getPasswordData",
  "ec2:getVpnConnectionDeviceSampleConfiguration",
  "ecr:getAuthorizationToken",
  "ecrpublic:getAuthorizationToken",
  "ecs:executeCommand",
  "eks:registerCluster",
  "eksauth:assumeRoleForPodIdentity",
  "emr:getClusterSessionCredentials",
  "emr:getOnClusterAppUIPresignedURL",
  "emr:getPersistentAppUIPresignedURL",
  "emr:getSessionEndpoint",
  "emrcontainers:getManagedEndpointSessionCredentials",
  "emrserverless:getDashboardForJobRun",
  "emrserverless:getResourceDashboard",
  "emrserverless:getSessionEndpoint",
  "evs:getDepotUrl",
  "gamelift:getComputeAccess",
  "gamelift:getComputeAuthToken",
  "gamelift:getInstanceAccess",
  "gamelift:getPlayerConnectionDetails",
  "gamelift:requestUploadCredentials",
  "gameliftstreams:createStreamSessionAdminShell",
  "glue:getSessionEndpoint",
  "grafana:createWorkspaceApiKey",
  "grafana:createWorkspaceServiceAccountToken",
  "iam:createAccessKey",
  "iam:createServiceSpecificCredential",
  "iam:createVirtualMFADevice",
  "iam:resetServiceSpecificCredential",
  "invoicing:getProcurementPortalPreference",
  "iot:createKeysAndCertificate",
  "iot:createProvisioningClaim",
  "iotmanagedintegrations:createProvisioningProfile",
  "iotsecuretunneling:openTunnel",
  "iotsecuretunneling:rotateTunnelAccessToken",
  "iotwireless:associateAwsAccountWithPartnerAccount",
  "ivs:batchGetStreamKey",
  "ivs:createStreamKey",
  "ivs:getStreamKey",
  "ivschat:createChatToken",
  "ivsrealtime:createParticipantToken",
  "kinesisanalyticsv2:createApplicationPresignedUrl",
  "kinesisvideoarchivedmedia:getDASHStreamingSessionURL",
  "kinesisvideoarchivedmedia:getHLSStreamingSessionURL",
  "kinesisvideosignaling:getIceServerConfig",
  "kms:decapsulate",
  "kms:decrypt",
  "kms:deriveSharedSecret",
  "kms:encapsulate",
  "kms:generateDataKey",
  "kms:generateDataKeyPair",
  "kms:generateRandom",
  "lakeformation:assumeDecoratedRoleWithSAML",
  "lakeformation:getTemporaryDataLocationCredentials",
  "lakeformation:getTemporaryGlueFunctionCredentials",
  "lakeformation:getTemporaryGluePartitionCredentials",
  "lakeformation:getTemporaryGlueTableCredentials",
  "lambdamicrovms:createMicrovmAuthToken",
  "lambdamicrovms:createMicrovmShellAuthToken",
  "licensemanager:checkoutBorrowLicense",
  "licensemanager:checkoutLicense",
  "licensemanager:createToken",
  "licensemanager:getAccessToken",
  "lightsail:createBucketAccessKey",
  "lightsail:createContainerServiceRegistryLogin",
  "lightsail:createGUISessionAccessDetails",
  "lightsail:createKeyPair",
  "lightsail:downloadDefaultKeyPair",
  "lightsail:getInstanceAccessDetails",
  "lightsail:getRelationalDatabaseMasterUserPassword",
  "location:createKey",
  "location:describeKey",
  "marketplacereporting:getBuyerDashboard",
  "mwaa:createCliToken",
  "mwaa:createWebLoginToken",
  "mwaaserverless:createAirflowUiUrl",
  "odb:createAutonomousDatabaseWallet",
  "paymentcryptographydata:decryptData",
  "paymentcryptographydata:generateAs2805KekValidation",
  "paymentcryptographydata:generateCardValidationData",
  "pcaconnectorscep:createChallenge",
  "pcaconnectorscep:getChallengePassword",
  "pcs:registerComputeNodeGroupInstance",
  "quicksight:generateEmbedUrlForAnonymousUser",
  "quicksight:generateEmbedUrlForRegisteredUser",
  "quicksight:generateEmbedUrlForRegisteredUserWithIdentity",
  "quicksight:getDashboardEmbedUrl",
  "quicksight:getIdentityContext",
  "quicksight:getSessionEmbedUrl",
  "redshift:getClusterCredentials",
  "redshift:getClusterCredentialsWithIAM",
  "redshift:getIdentityCenterAuthToken",
  "redshiftserverless:getCredentials",
  "redshiftserverless:getIdentityCenterAuthToken",
  "route53domains:retrieveDomainAuthCode",
  "route53domains:transferDomainToAnotherAwsAccount",
  "route53globalresolver:createAccessToken",
  "route53globalresolver:getAccessToken",
  "s3:createSession",
  "s3control:getDataAccess",
  "sagemaker:createPartnerAppPresignedUrl",
  "sagemaker:createPresignedDomainUrl",
  "sagemaker:createPresignedMlflowAppUrl",
  "sagemaker:createPresignedMlflowTrackingServerUrl",
  "sagemaker:createPresignedNotebookInstanceUrl",
  "sagemaker:startSession",
  "secretsmanager:batchGetSecretValue",
  "secretsmanager:getRandomPassword",
  "secretsmanager:getSecretValue",
  "securityagent:updateIntegration",
  "signin:createBearerToken",
  "signin:createOAuth2Token",
  "signin:createOAuth2TokenWithIAM",
  "signin:createOAuth2TokenWithTokenExchange",
  "socialmessaging:associateWhatsAppBusinessAccount",
  "ssm:createActivation",
  "ssm:getAccessToken",
  "ssm:resumeSession",
  "ssm:startSession",
  "sso:getRoleCredentials",
  "ssooidc:createToken",
  "ssooidc:createTokenWithIAM",
  "ssooidc:registerClient",
  "ssooidc:startDeviceAuthorization",
  "storagegateway:describeChapCredentials",
  "sts:assumeRole",
  "sts:assumeRoleWithSAML",
  "sts:assumeRoleWithWebIdentity",
  "sts:assumeRoot",
  "sts:getDelegatedAccessToken",
  "sts:getFederationToken",
  "sts:getScopedCredentials",
  "sts:getSessionToken",
  "sts:getWebIdentityToken",
  "wickr:createDataRetentionBotChallenge",
  "wickr:getOidcInfo",
  "wickr:getOpentdfConfig",
  "wickr:registerOidcConfig",
  "wickr:registerOpentdfConfig",
  "workmail:assumeImpersonationRole"
] as const;

/** An AWS action that begins with one of these only reads. */
export const READING_VERBS = [
  "get",
  "list",
  "describe",
  "query",
  "scan",
  "head",
  "batchget"
] as const;

/** What the audit log records. */
export const AUDIT_ACTS = [
  "act.refused",
  "activity.create",
  "activity.delete",
  "actor.erase",
  "approval.answer",
  "connection.connect",
  "connection.delete",
  "connection.set",
  "engine.aborted",
  "engine.failed",
  "engine.started",
  "engine.step_failed",
  "engine.timed_out",
  "execution.erase",
  "execution.fork",
  "execution.redrive",
  "execution.rerun",
  "execution.resume",
  "execution.reveal",
  "execution.start",
  "execution.stop",
  "grant.add",
  "grant.remove",
  "map_run.update",
  "secret.delete",
  "secret.grant",
  "secret.revoke",
  "secret.rotate",
  "secret.set",
  "task.answer",
  "token.add",
  "token.retire",
  "token.revoke",
  "token.rotate",
  "trigger.link",
  "trigger.pause",
  "trigger.replay",
  "trigger.resume",
  "view.delete",
  "view.save",
  "workflow.archive",
  "workflow.duplicate",
  "workflow.import",
  "workflow.pause",
  "workflow.publish",
  "workflow.resume",
  "workflow.reveal",
  "workflow.rollback",
  "workflow.save_draft",
  "workflow.test",
  "workflow.unarchive"
] as const;
export type AuditAct = (typeof AUDIT_ACTS)[number];

/** The statuses of an execution. */
export const EXECUTION_STATUSES = [
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "ABORTED",
  "PAUSED"
] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** The statuses of a step. */
export const STEP_STATUSES = [
  "RUNNING",
  "WAITING",
  "RETRYING",
  "SUCCEEDED",
  "CAUGHT",
  "FAILED",
  "TIMED_OUT",
  "ABORTED"
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** The least role that holds it. */
export const ROLE_OF_RIGHT = {
  "look": "viewer",
  "run": "operator",
  "operate": "operator",
  "edit": "editor",
  "publish": "publisher",
  "secrets": "admin",
  "access": "admin",
  "audit": "admin",
  "reveal": "admin"
} as const;

/** What may start a workflow besides a person. */
export const TRIGGER_TYPES = [
  "schedule",
  "webhook",
  "queue",
  "event",
  "workflow_end",
  "form",
  "folder",
  "s3"
] as const;
export type TriggerType = (typeof TRIGGER_TYPES)[number];

/** The name of a workflow, or of a case. */
export const NAME_PATTERN = "^[A-Za-z0-9_-]{1,80}$";

/** Characters. */
export const LONGEST_STATE_NAME = 80;

/** Characters of a distributed Map's label. */
export const LONGEST_LABEL = 40;

/** Of an ItemBatcher. */
export const MAX_BATCH_BYTES = 262144;

/** Items of an inline Map that are under way at once. */
export const MOST_OPEN = 40;

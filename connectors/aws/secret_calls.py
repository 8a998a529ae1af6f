"""Which calls answer with secrets: data only. tools/aws_secrets.py goes through botocore's models and holds this, and
what it cleared (tools/aws_secrets.toml), against every operation of every service.

What is refused answers with nothing else worth having: keys, credentials, tokens, plain data keys, addresses that sign
whoever opens them in. What is withheld stands in an answer that a workflow may need for other reasons: these members
come back as ``********``.

Not here, since no operation makes them: the tokens of RDS and EKS, which their users sign themselves.
"""

from __future__ import annotations

REFUSED: dict[str, str] = {
    "account-access-runtime": "GetRoleCredentials",
    "acm": "ExportCertificate GetAcmeExternalAccountBindingCredentials",
    "amplifybackend": "GetBackendAuth",
    "amplifyuibuilder": "ExchangeCodeForToken RefreshToken",
    "appstream": "CreateAppBlockBuilderStreamingURL CreateImageBuilderStreamingURL CreateStreamingURL",
    "appsync": "CreateApiKey ListApiKeys UpdateApiKey",
    "athena": "CreatePresignedNotebookUrl GetSessionEndpoint",
    "bedrock-agentcore": (
        "GetResourceApiKey GetResourceOauth2Token GetResourcePaymentToken GetWorkloadAccessToken "
        "GetWorkloadAccessTokenForJWT GetWorkloadAccessTokenForUserId ProcessPayment"
    ),
    "chime": "RegenerateSecurityToken ResetPersonalPIN",
    "chime-sdk-meetings": "BatchCreateAttendee CreateAttendee CreateMeetingWithAttendees GetAttendee ListAttendees "
                          "UpdateAttendeeCapabilities",
    "cloudwatchomni": "CreateOneTimeDeepLinkCode GetSpaceCredentialsForOrganization GetSpaceDataAccess",
    "codeartifact": "GetAuthorizationToken",
    "codebuild": "StartSandboxConnection",
    "codecatalyst": "CreateAccessToken StartDevEnvironmentSession",
    "codepipeline": "GetJobDetails GetThirdPartyJobDetails PollForJobs",
    "cognito-identity": "GetCredentialsForIdentity GetOpenIdToken GetOpenIdTokenForDeveloperIdentity",
    "cognito-idp": (
        "AddUserPoolClientSecret AdminInitiateAuth AdminRespondToAuthChallenge AssociateSoftwareToken "
        "CreateUserPoolClient DescribeUserPoolClient GetClientToken GetDerivedToken GetTokensFromRefreshToken "
        "InitiateAuth ListUserPoolClientSecrets RespondToAuthChallenge UpdateUserPoolClient"
    ),
    "connect": "CreateAuthCode CreateParticipant GetFederationToken StartAssistantContact StartChatContact "
               "StartWebRTCContact",
    "connectparticipant": "CreateParticipantConnection",
    "datazone": "GetEnvironmentCredentials GetIamPortalLoginUrl",
    "deadline": "AssumeFleetRoleForRead AssumeFleetRoleForWorker AssumeQueueRoleForRead AssumeQueueRoleForUser "
                "AssumeQueueRoleForWorker",
    "devicefarm": "CreateTestGridUrl",
    "ec2": "CreateKeyPair GetPasswordData GetVpnConnectionDeviceSampleConfiguration",
    "ecr": "GetAuthorizationToken",
    "ecr-public": "GetAuthorizationToken",
    "ecs": "ExecuteCommand",
    "eks": "RegisterCluster",
    "eks-auth": "AssumeRoleForPodIdentity",
    "emr": "GetClusterSessionCredentials GetOnClusterAppUIPresignedURL GetPersistentAppUIPresignedURL "
           "GetSessionEndpoint",
    "emr-containers": "GetManagedEndpointSessionCredentials",
    "emr-serverless": "GetDashboardForJobRun GetResourceDashboard GetSessionEndpoint",
    "evs": "GetDepotUrl",
    "gamelift": "GetComputeAccess GetComputeAuthToken GetInstanceAccess GetPlayerConnectionDetails "
                "RequestUploadCredentials",
    "gameliftstreams": "CreateStreamSessionAdminShell",
    "glue": "GetSessionEndpoint",
    "grafana": "CreateWorkspaceApiKey CreateWorkspaceServiceAccountToken",
    "iam": "CreateAccessKey CreateServiceSpecificCredential CreateVirtualMFADevice ResetServiceSpecificCredential",
    "invoicing": "GetProcurementPortalPreference",
    "iot": "CreateKeysAndCertificate CreateProvisioningClaim",
    "iot-managed-integrations": "CreateProvisioningProfile",
    "iotsecuretunneling": "OpenTunnel RotateTunnelAccessToken",
    "iotwireless": "AssociateAwsAccountWithPartnerAccount",
    "ivs": "BatchGetStreamKey CreateStreamKey GetStreamKey",
    "ivs-realtime": "CreateParticipantToken",
    "ivschat": "CreateChatToken",
    "kinesis-video-archived-media": "GetDASHStreamingSessionURL GetHLSStreamingSessionURL",
    "kinesis-video-signaling": "GetIceServerConfig",
    "kinesisanalyticsv2": "CreateApplicationPresignedUrl",
    "kms": "Decapsulate Decrypt DeriveSharedSecret Encapsulate GenerateDataKey GenerateDataKeyPair GenerateRandom",
    "lakeformation": (
        "AssumeDecoratedRoleWithSAML GetTemporaryDataLocationCredentials GetTemporaryGlueFunctionCredentials "
        "GetTemporaryGluePartitionCredentials GetTemporaryGlueTableCredentials"
    ),
    "lambda-microvms": "CreateMicrovmAuthToken CreateMicrovmShellAuthToken",
    "license-manager": "CheckoutBorrowLicense CheckoutLicense CreateToken GetAccessToken",
    "lightsail": (
        "CreateBucketAccessKey CreateContainerServiceRegistryLogin CreateGUISessionAccessDetails CreateKeyPair "
        "DownloadDefaultKeyPair GetInstanceAccessDetails GetRelationalDatabaseMasterUserPassword"
    ),
    "location": "CreateKey DescribeKey",
    "marketplace-reporting": "GetBuyerDashboard",
    "mwaa": "CreateCliToken CreateWebLoginToken",
    "mwaa-serverless": "CreateAirflowUiUrl",
    "odb": "CreateAutonomousDatabaseWallet",
    "payment-cryptography-data": "DecryptData GenerateAs2805KekValidation GenerateCardValidationData",
    "pca-connector-scep": "CreateChallenge GetChallengePassword",
    "pcs": "RegisterComputeNodeGroupInstance",
    "quicksight": (
        "GenerateEmbedUrlForAnonymousUser GenerateEmbedUrlForRegisteredUser "
        "GenerateEmbedUrlForRegisteredUserWithIdentity GetDashboardEmbedUrl GetIdentityContext GetSessionEmbedUrl"
    ),
    "redshift": "GetClusterCredentials GetClusterCredentialsWithIAM GetIdentityCenterAuthToken",
    "redshift-serverless": "GetCredentials GetIdentityCenterAuthToken",
    "route53domains": "RetrieveDomainAuthCode TransferDomainToAnotherAwsAccount",
    "route53globalresolver": "CreateAccessToken GetAccessToken",
    "s3": "CreateSession",
    "s3control": "GetDataAccess",
    "sagemaker": (
        "CreatePartnerAppPresignedUrl CreatePresignedDomainUrl CreatePresignedMlflowAppUrl "
        "CreatePresignedMlflowTrackingServerUrl CreatePresignedNotebookInstanceUrl StartSession"
    ),
    "secretsmanager": "BatchGetSecretValue GetRandomPassword GetSecretValue",
    "securityagent": "UpdateIntegration",
    "signin": "CreateBearerToken CreateOAuth2Token CreateOAuth2TokenWithIAM CreateOAuth2TokenWithTokenExchange",
    "socialmessaging": "AssociateWhatsAppBusinessAccount",
    "ssm": "CreateActivation GetAccessToken ResumeSession StartSession",
    "sso": "GetRoleCredentials",
    "sso-oidc": "CreateToken CreateTokenWithIAM RegisterClient StartDeviceAuthorization",
    "storagegateway": "DescribeChapCredentials",
    "sts": (
        "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot GetDelegatedAccessToken "
        "GetFederationToken GetScopedCredentials GetSessionToken GetWebIdentityToken"
    ),
    "wickr": "CreateDataRetentionBotChallenge GetOidcInfo GetOpentdfConfig RegisterOidcConfig RegisterOpentdfConfig",
    "workmail": "AssumeImpersonationRole",
}
"""botocore's service → operations that are never called."""

REFUSED_WITH: dict[str, dict[str, str]] = {
    "apigateway": {"GetApiKey": "includeValue", "GetApiKeys": "includeValues"},
    "datazone": {"GetConnection": "withSecret"},
    "ssm": dict.fromkeys(("GetParameter", "GetParameterHistory", "GetParameters", "GetParametersByPath"),
                         "WithDecryption"),
}
"""Service → operation → the argument with which it is not called."""

ALL = "*"

WITHHELD: dict[str, dict[str, str]] = {
    "amplify": {ALL: "basicAuthCredentials"},
    "apigateway": {"CreateApiKey": "value", "GetApiKey": "value", "GetApiKeys": "value", "UpdateApiKey": "value"},
    "appstream": {ALL: "AccountPassword"},
    "chime": {ALL: "PersonalPIN SecurityToken"},
    "chime-sdk-media-pipelines": {ALL: "Url"},
    "cloudhsmv2": {ALL: "PreCoPassword"},
    "codebuild": {ALL: "secret"},
    "codepipeline": {ALL: "SecretToken"},
    "cognito-idp": {ALL: "ClientSecret ProviderDetails Session"},
    "connecthealth": {ALL: "oauthToken"},
    "dataexchange": {ALL: "ApiKey"},
    "datasync": {ALL: "Password"},
    "datazone": {ALL: (
        "accessToken connectionCredentials jwtToken managedEndpointCredentials oAuth2Credentials password refreshToken "
        "secretAccessKey sessionToken token userManagedClientApplicationClientSecret usernamePassword"
    )},
    "devops-agent": {ALL: "apiKey webhookSecret"},
    "directconnect": {ALL: "authKey"},
    "dms": {ALL: "AsmPassword AuthPassword Password SaslPassword SecurityDbEncryption SslClientKeyPassword"},
    "docdb": {ALL: "MasterUserPassword"},
    "ds": {ALL: "SharedSecret"},
    "ec2": {ALL: "ClientSecret CustomerGatewayConfiguration PreSharedKey UploadPolicySignature"},
    "eks": {ALL: "activationCode token"},
    "elbv2": {ALL: "ClientSecret"},
    "emr": {ALL: "ADDomainJoinPassword CrossRealmTrustPrincipalPassword KdcAdminPassword"},
    "eventbridgev2": {ALL: "Password SecretValue"},
    "events": {"DescribeConnection": "Value"},
    "evs": {ALL: "solutionKey vsanKey"},
    "firehose": {ALL: "HECToken"},
    "fsx": {ALL: "FsxAdminPassword"},
    "gamelift": {"CreateBuild": "SecretAccessKey SessionToken UploadCredentials"},
    "gameliftstreams": {ALL: "StreamUrl"},
    "glue": {ALL: "AuthToken", **dict.fromkeys(("GetConnection", "GetConnections"), (
        "ENCRYPTED_KAFKA_CLIENT_KEYSTORE_PASSWORD ENCRYPTED_KAFKA_CLIENT_KEY_PASSWORD "
        "ENCRYPTED_KAFKA_SASL_PLAIN_PASSWORD ENCRYPTED_KAFKA_SASL_SCRAM_PASSWORD ENCRYPTED_PASSWORD "
        "KAFKA_CLIENT_KEYSTORE_PASSWORD KAFKA_CLIENT_KEY_PASSWORD KAFKA_SASL_PLAIN_PASSWORD KAFKA_SASL_SCRAM_PASSWORD "
        "PASSWORD"
    ))},
    "grafana": {ALL: "grafanaToken"},
    "iam": {"ListVirtualMFADevices": "Base32StringSeed QRCodePNG"},
    "interconnect": {ALL: "activationKey"},
    "iot": {"GetTopicRule": "token"},
    "iot-managed-integrations": {ALL: "AuthenticationMaterial DeviceSpecificKey"},
    "ivs": {ALL: "passphrase", "CreateChannel": "value"},
    "ivs-realtime": {ALL: "streamKey token"},
    "lexv2-models": {ALL: "associatedTranscriptsPassword botLocaleExportPassword"},
    "lightsail": {ALL: "masterUserPassword secretAccessKey"},
    "managedblockchain": {ALL: "BillingToken"},
    "mediapackage": {ALL: "Password"},
    "neptune": {ALL: "MasterUserPassword"},
    "pinpoint": {ALL: "Credential"},
    "quicksight": {"DescribeAssetBundleImportJob": "CredentialPair Password"},
    "rds": {ALL: "MasterUserPassword"},
    "redshift": {ALL: "MasterUserPassword"},
    "securityhub": {"GetFindings": "MasterUserPassword PreSharedKey"},
    "workspaces-thin-client": {ALL: "activationCode"},
    "workspaces-web": {ALL: "identityProviderDetails"},
}
"""Service → operation, or ALL → members of the answer by the API's names, or keys of a map, wherever they stand."""

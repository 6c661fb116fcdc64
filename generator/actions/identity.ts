import { stableId } from "../callers.ts";
import { arn, type Scene } from "../scene.ts";
import { credentials, HOLES } from "../template.ts";
import { type Action, reads } from "./action.ts";

const IAM: Pick<Action, "global"> = { global: true };

function roleName(scene: Scene): string {
  return `${scene.account.app}-${scene.prng.pick(["api", "worker", "deploy", "reporting"])}`;
}

function assumed(scene: Scene, role: string, session: string) {
  return {
    credentials: { accessKeyId: `ASIA${HOLES.token}`, ...credentials() },
    assumedRoleUser: {
      assumedRoleId: `${stableId(scene, "AROA", role)}:${session}`,
      arn: arn(scene, "sts", `assumed-role/${role}/${session}`),
    },
  };
}

function roleResource(scene: Scene, role: string) {
  return [{
    accountId: scene.account.id,
    type: "AWS::IAM::Role",
    ARN: arn(scene, "iam", `role/${role}`),
  }];
}

/** Calls of IAM, STS, Identity Center, sign-in and Organizations. */
export const IDENTITY_ACTIONS: readonly Action[] = [
  ...reads("iam", [
    "GetRole",
    "GetRolePolicy",
    "ListRolePolicies",
    "ListAttachedRolePolicies",
    "ListInstanceProfilesForRole",
  ], {
    ...IAM,
    request: (scene) => ({ roleName: roleName(scene) }),
    errors: [{
      code: "NoSuchEntityException",
      message: "The role cannot be found.",
    }],
  }),
  ...reads("iam", ["GetPolicy", "GetPolicyVersion", "ListPolicyVersions"], {
    ...IAM,
    request: (scene) => ({
      policyArn: arn(scene, "iam", `policy/${scene.account.app}-boundary`),
      versionId: "v2",
    }),
  }),
  ...reads("iam", [
    "ListRoles",
    "ListUsers",
    "ListPolicies",
    "GetAccountSummary",
    "GetAccountPasswordPolicy",
    "GenerateCredentialReport",
    "GetCredentialReport",
    "ListAccountAliases",
    "ListOpenIDConnectProviders",
    "ListSAMLProviders",
  ], { ...IAM, request: () => ({ maxItems: 100 }) }),
  {
    service: "sts",
    name: "AssumeRole",
    request: (scene) => ({
      roleArn: arn(scene, "iam", `role/${scene.account.app}-worker`),
      roleSessionName: `${scene.account.app}-${HOLES.serial}`,
      durationSeconds: 3600,
    }),
    response: (scene) =>
      assumed(scene, `${scene.account.app}-worker`, `${scene.account.app}-${HOLES.serialAgain}`),
    resources: (scene) => roleResource(scene, `${scene.account.app}-worker`),
  },
  {
    service: "sts",
    name: "AssumeRoleWithWebIdentity",
    request: (scene) => ({
      roleArn: arn(scene, "iam", `role/github-actions-deploy`),
      roleSessionName: "GitHubActions",
      durationSeconds: 3600,
    }),
    response: (scene) => ({
      ...assumed(scene, "github-actions-deploy", "GitHubActions"),
      subjectFromWebIdentityToken: `repo:northwind/${scene.account.app}:ref:refs/heads/main`,
      provider: arn(scene, "iam", "oidc-provider/token.actions.githubusercontent.com"),
      audience: "sts.amazonaws.com",
    }),
    additional: (scene) => ({
      identityProviderConnectionVerificationMethod: "IAMTrustStore",
      RequestDetails: { awsServingRegion: scene.region, endpointType: "regional" },
    }),
    resources: (scene) => roleResource(scene, "github-actions-deploy"),
    errors: [{ code: "ExpiredTokenException", message: "Token expired" }],
  },
  { service: "sts", name: "GetCallerIdentity" },
  {
    service: "sso",
    name: "GetRoleCredentials",
    eventType: "AwsServiceEvent",
    request: (scene) => ({ role_name: "PowerUser", account_id: scene.account.id }),
    additional: (scene) => ({ userId: scene.person.userId, accountId: scene.account.id }),
  },
  {
    service: "sso",
    name: "Federate",
    eventType: "AwsServiceEvent",
    additional: (scene) => ({ role_name: "PowerUser", account_id: scene.account.id }),
  },
  ...reads("sso", ["ListPermissionSets", "DescribePermissionSet", "ListAccountAssignments"], {
    request: (scene) => ({
      instanceArn:
        `arn:${scene.organization.partition.name}:sso:::instance/ssoins-${scene.account.id}`,
    }),
  }),
  {
    service: "signin",
    name: "UserAuthentication",
    write: true,
    eventType: "AwsServiceEvent",
    additional: (scene) => ({
      AuthWorkflowID: HOLES.uuid,
      LoginTo: `https://${scene.organization.id}.awsapps.com/start/`,
      UserName: scene.person.email,
      CredentialType: "EXTERNAL_IDP",
    }),
  },
  {
    service: "signin",
    name: "CredentialVerification",
    write: true,
    eventType: "AwsServiceEvent",
    additional: (scene) => ({
      AuthWorkflowID: HOLES.uuid,
      UserName: scene.person.email,
      CredentialType: "TOTP",
    }),
  },
  {
    service: "signin",
    name: "ConsoleLogin",
    write: true,
    global: true,
    eventType: "AwsConsoleSignIn",
    response: () => ({ ConsoleLogin: "Success" }),
    additional: (scene) => ({
      LoginTo: `https://${scene.region}.console.aws.amazon.com/console/home?nc2=h_ct`,
      MobileVersion: "No",
      MFAIdentifier: arn(scene, "iam", `mfa/${scene.person.name}`),
      MFAUsed: "Yes",
    }),
  },
  ...reads("organizations", ["ListAccounts", "DescribeOrganization", "ListPoliciesForTarget"], {
    global: true,
  }),
];

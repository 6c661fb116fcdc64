/** Names of actions, as `findActions` knows them, with their shares. */
export type Work = Readonly<Record<string, number>>;

/** Looking around in the console or by the command line. */
export const CONSOLE_WORK: Work = {
  "ec2:*": 30,
  "cloudformation:*": 5,
  "logs:*": 8,
  "monitoring:*": 8,
  "lambda:*": 6,
  "rds:*": 5,
  "iam:*": 6,
  "s3:*": 10,
  "health:*": 3,
  "kms:DescribeKey": 2,
  "cloudtrail:LookupEvents": 2,
  "sts:GetCallerIdentity": 2,
  "dynamodb:DescribeTable": 2,
  "logs:GetQueryResults": 6,
  "ec2:CreateTags": 1,
};
/** Comparing what is with what should be, and now and then changing it. */
export const DEPLOY_WORK: Work = {
  "sts:AssumeRoleWithWebIdentity": 3,
  "sts:GetCallerIdentity": 5,
  "iam:*": 40,
  "ec2:*": 40,
  "s3:*": 25,
  "lambda:*": 15,
  "kms:*": 10,
  "dynamodb:*": 8,
  "route53:*": 8,
  "ecr:*": 8,
  "ecr:PutImage": 3,
  "ecs:*": 8,
  "ecs:UpdateService": 2,
  "cloudformation:*": 8,
  "cloudformation:CreateChangeSet": 1,
  "cloudfront:*": 3,
  "cloudfront:CreateInvalidation": 1,
  "ec2:CreateTags": 2,
};
/** What an application on servers does. */
export const SERVER_WORK: Work = {
  "s3:GetObject": 16,
  "s3:HeadObject": 4,
  "s3:PutObject": 7,
  "kms:Decrypt": 14,
  "kms:GenerateDataKey": 6,
  "secretsmanager:GetSecretValue": 6,
  "ssm:GetParameter": 5,
  "ssm:GetParametersByPath": 4,
  "ssm:UpdateInstanceInformation": 12,
  "dynamodb:GetItem": 8,
  "dynamodb:PutItem": 2,
  "sts:AssumeRole": 3,
  "ecr:GetAuthorizationToken": 2,
  "ec2:DescribeTags": 4,
};
/** What a function does at each start. */
export const FUNCTION_WORK: Work = {
  "logs:CreateLogStream": 10,
  "kms:Decrypt": 12,
  "dynamodb:Query": 8,
  "dynamodb:UpdateItem": 4,
  "s3:GetObject": 8,
  "s3:PutObject": 4,
  "secretsmanager:GetSecretValue": 4,
  "lambda:Invoke": 3,
};
/** Reading the configuration of everything. */
export const AUDIT_WORK: Work = {
  "iam:*": 30,
  "s3:*": 40,
  "ec2:*": 40,
  "kms:*": 20,
  "rds:*": 12,
  "lambda:*": 12,
  "dynamodb:*": 8,
  "config:*": 10,
  "cloudtrail:*": 6,
  "guardduty:*": 6,
  "securityhub:*": 4,
  "organizations:*": 4,
  "eks:*": 4,
  "elasticloadbalancing:*": 6,
  "cloudfront:*": 3,
  "route53:*": 4,
  "tagging:*": 3,
  "sso:*": 2,
};

/** Nodes of a cluster. */
export const NODE_WORK: Work = {
  "ecr:*": 10,
  "eks:DescribeCluster": 4,
  "ec2:DescribeInstances": 10,
  "ec2:DescribeNetworkInterfaces": 10,
  "sts:AssumeRole": 2,
  "route53:ListResourceRecordSets": 2,
  "route53:ChangeResourceRecordSets": 1,
  "ecs:SubmitTaskStateChange": 4,
};

/** Signing in through Identity Center. */
export const SIGN_IN_WORK: Work = {
  "signin:UserAuthentication": 3,
  "signin:CredentialVerification": 3,
  "sso:Federate": 2,
  "sso:GetRoleCredentials": 6,
};

import { call, calls, login, type Pair } from "./_sigmahq_calls.ts";

/** Events for the rules whose file names begin with `aws_cloudtrail`, by file name without extension. */
export const cloudTrailPairs: Readonly<Record<string, Pair>> = {
  aws_cloudtrail_bedrock_guardrail_deleted: calls("bedrock", "DeleteGuardrail"),
  aws_cloudtrail_bedrock_guardrail_updated: calls("bedrock", "UpdateGuardrail"),
  aws_cloudtrail_bucket_deleted: {
    fires: [call("s3", "DeleteBucket"), call("s3", "DeleteBucket", { errorCode: "success" })],
    silent: [call("s3", "DeleteBucket", { errorCode: "AccessDenied" }), call("s3", "ListBuckets")],
  },
  aws_cloudtrail_console_login_failed_authentication: {
    fires: [login({ errorMessage: "Failed authentication" })],
    silent: [login({ errorMessage: "No username found" }), login({})],
  },
  aws_cloudtrail_console_login_success_from_susp_locations: {
    fires: [login({ responseElements: { ConsoleLogin: "Success" }, src_ip: "203.0.113.9" })],
    silent: [
      login({ responseElements: { ConsoleLogin: "Success" }, src_ip: "192.0.2.7" }),
      login({ responseElements: { ConsoleLogin: "Success" }, src_country: "ICELAND" }),
      login({ responseElements: { ConsoleLogin: "Failure" } }),
    ],
  },
  aws_cloudtrail_console_login_success_without_mfa: {
    fires: [
      login({
        additionalEventData: { MFAUsed: "No" },
        responseElements: { ConsoleLogin: "Success" },
      }),
    ],
    silent: [
      login({
        additionalEventData: { MFAUsed: "Yes" },
        responseElements: { ConsoleLogin: "Success" },
      }),
      login({ responseElements: null }),
    ],
  },
  aws_cloudtrail_disable_logging: calls("cloudtrail", "StopLogging", "UpdateTrail", "DeleteTrail"),
  aws_cloudtrail_guardduty_detector_deleted_or_updated: {
    fires: [
      call("guardduty", "DeleteDetector"),
      call("guardduty", "UpdateDetector", { requestParameters: { enable: false } }),
    ],
    silent: [
      call("guardduty", "UpdateDetector", { requestParameters: { enable: true } }),
      call("guardduty", "DeleteDetector", { errorCode: "AccessDenied" }),
    ],
  },
  aws_cloudtrail_imds_malicious_usage: {
    fires: [
      call("s3", "ListBuckets", {
        userIdentity: { arn: "arn:aws:sts::1:assumed-role/aws:ec2-instance/i-1" },
        sourceIPAddress: "198.51.100.1",
      }),
    ],
    silent: [
      call("ssm", "PutInventory", {
        userIdentity: { arn: "arn:aws:sts::1:assumed-role/aws:ec2-instance/i-1" },
      }),
      call("s3", "ListBuckets", {
        userIdentity: { arn: "arn:aws:sts::1:assumed-role/aws:ec2-instance/i-1" },
        sourceIPAddress: "AWS Internal",
      }),
      call("s3", "ListBuckets"),
    ],
  },
  aws_cloudtrail_new_acl_entries: calls("ec2", "CreateNetworkAclEntry"),
  aws_cloudtrail_new_route_added: calls("ec2", "CreateRoute"),
  aws_cloudtrail_pua_trufflehog: {
    fires: [call("sts", "GetCallerIdentity", { userAgent: "trufflehog" })],
    silent: [call("sts", "GetCallerIdentity", { userAgent: "trufflehog/3" }), call("sts", "x")],
  },
  aws_cloudtrail_region_enabled: calls("account", "EnableRegion"),
  aws_cloudtrail_security_group_change_ingress_egress: calls(
    "ec2",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
  ),
  aws_cloudtrail_security_group_change_loadbalancer: calls(
    "elasticloadbalancing",
    "ApplySecurityGroupsToLoadBalancer",
    "SetSecurityGroups",
  ),
  aws_cloudtrail_security_group_change_rds: calls(
    "rds",
    "AuthorizeDBSecurityGroupIngress",
    "CreateDBSecurityGroup",
    "DeleteDBSecurityGroup",
    "RevokeDBSecurityGroupIngress",
  ),
  aws_cloudtrail_ssm_malicious_usage: {
    fires: [call("ssm", "SendCommand"), call("ssm", "SendCommand", { errorCode: null })],
    silent: [call("ssm", "SendCommand", { errorCode: "AccessDenied" }), call("ssm", "GetCommand")],
  },
  aws_cloudtrail_vpc_flow_logs_deleted: {
    fires: [call("ec2", "DeleteFlowLogs")],
    silent: [call("ec2", "DeleteFlowLogs", { errorCode: "Client.Unauthorized" })],
  },
};

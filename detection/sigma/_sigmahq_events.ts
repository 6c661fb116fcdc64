import { call, calls, type Pair, s3Browser, saml } from "./_sigmahq_calls.ts";
import { cloudTrailPairs } from "./_sigmahq_cloudtrail_events.ts";

/** Events for each rule, by its file name without extension. */
export const pairs: Readonly<Record<string, Pair>> = {
  ...cloudTrailPairs,
  aws_config_disable_recording: calls(
    "config",
    "DeleteDeliveryChannel",
    "StopConfigurationRecorder",
  ),
  aws_console_getsignintoken: {
    fires: [
      call("signin", "GetSigninToken", { userAgent: "curl/8" }),
      call("signin", "GetSigninToken"),
    ],
    silent: [call("signin", "GetSigninToken", { userAgent: "Jersey/${project.version} (x)" })],
  },
  aws_delete_identity: calls("ses", "DeleteIdentity"),
  aws_delete_saml_provider: {
    fires: [saml],
    silent: [{ ...saml, status: undefined }, { ...saml, eventName: "GetSAMLProvider" }],
  },
  aws_disable_bucket_versioning: {
    fires: [
      call("s3", "PutBucketVersioning", {
        requestParameters: { VersioningConfiguration: { Status: "Suspended" } },
      }),
    ],
    silent: [
      call("s3", "PutBucketVersioning", {
        requestParameters: { VersioningConfiguration: { Status: "Enabled" } },
      }),
      call("s3", "PutBucketVersioning", { requestParameters: null }),
    ],
  },
  aws_ec2_disable_encryption: calls("ec2", "DisableEbsEncryptionByDefault"),
  aws_ec2_import_key_pair_activity: calls("ec2", "ImportKeyPair"),
  aws_ec2_startup_script_change: {
    fires: [
      call("ec2", "ModifyInstanceAttribute", { requestParameters: { attribute: "userData" } }),
    ],
    silent: [
      call("ec2", "ModifyInstanceAttribute", { requestParameters: { attribute: "kernel" } }),
    ],
  },
  aws_ec2_vm_export_failure: {
    fires: [call("ec2", "CreateInstanceExportTask", { responseElements: { state: "active" } })],
    silent: [
      call("ec2", "CreateInstanceExportTask", { errorCode: "x" }),
      call("ec2", "CreateInstanceExportTask", { errorMessage: "" }),
      call("ec2", "CreateInstanceExportTask", { responseElements: { _return: "failure" } }),
    ],
  },
  aws_ecs_task_definition_cred_endpoint_query: {
    fires: [
      call("ecs", "RegisterTaskDefinition", {
        requestParameters: {
          containerDefinitions: [{ name: "a" }, {
            command: ["sh", "curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"],
          }],
        },
      }),
    ],
    silent: [
      call("ecs", "RegisterTaskDefinition", {
        requestParameters: { containerDefinitions: [{ command: ["sh", "true"] }] },
      }),
      call("ecs", "RunTask"),
    ],
  },
  aws_efs_fileshare_modified_or_deleted: calls("elasticfilesystem", "DeleteFileSystem"),
  aws_efs_fileshare_mount_modified_or_deleted: calls("elasticfilesystem", "DeleteMountTarget"),
  aws_eks_cluster_created_or_deleted: calls("eks", "CreateCluster", "DeleteCluster"),
  aws_elasticache_security_group_created: calls("elasticache", "CreateCacheSecurityGroup"),
  aws_elasticache_security_group_modified_or_deleted: calls(
    "elasticache",
    "DeleteCacheSecurityGroup",
    "AuthorizeCacheSecurityGroupIngress",
    "RevokeCacheSecurityGroupIngress",
    "AuthorizeCacheSecurityGroupEgress",
    "RevokeCacheSecurityGroupEgress",
  ),
  aws_enum_buckets: {
    fires: [call("s3", "ListBuckets")],
    silent: [call("s3", "ListBuckets", { userIdentity: { type: "AssumedRole" } })],
  },
  aws_guardduty_disruption: calls("guardduty", "CreateIPSet"),
  aws_iam_backdoor_users_keys: {
    fires: [call("iam", "CreateAccessKey")],
    silent: [
      call("iam", "CreateAccessKey", {
        userIdentity: { arn: "x responseElements.accessKey.userName x" },
      }),
      call("iam", "DeleteAccessKey"),
    ],
  },
  aws_iam_s3browser_loginprofile_creation: {
    fires: ["GetLoginProfile", "CreateLoginProfile"].map((name) => call("iam", name, s3Browser)),
    silent: [call("iam", "GetLoginProfile", { userAgent: "aws-cli" })],
  },
  aws_iam_s3browser_templated_s3_bucket_policy_creation: {
    fires: [
      call("iam", "PutUserPolicy", {
        ...s3Browser,
        requestParameters: {
          policy: {
            Action: ["s3:GetObject"],
            Effect: "Allow",
            Resource: ["arn:aws:s3:::<YOUR-BUCKET-NAME>/*"],
          },
        },
      }),
    ],
    silent: [
      call("iam", "PutUserPolicy", {
        ...s3Browser,
        requestParameters: { policy: { Action: ["s3:GetObject"], Effect: "Allow" } },
      }),
    ],
  },
  aws_iam_s3browser_user_or_accesskey_creation: {
    fires: ["CreateUser", "CreateAccessKey"].map((name) => call("iam", name, s3Browser)),
    silent: [call("iam", "CreateUser"), call("iam", "DeleteUser", s3Browser)],
  },
  aws_kms_import_key_material: calls("kms", "ImportKeyMaterial", "DeleteImportedKeyMaterial"),
  aws_lambda_function_url: calls("lambda", "CreateFunctionUrlConfig"),
  aws_new_lambda_layer_attached: {
    fires: [
      call("lambda", "UpdateFunctionConfiguration20150331v2", {
        requestParameters: { layers: ["arn:aws:lambda:eu-west-1:1:layer:x:1"] },
      }),
    ],
    silent: [
      call("lambda", "UpdateFunctionConfiguration20150331v2", {
        requestParameters: { layers: [] },
      }),
      call("lambda", "UpdateFunctionCode", { requestParameters: { layers: ["x"] } }),
    ],
  },
  aws_passed_role_to_glue_development_endpoint: calls(
    "glue",
    "CreateDevEndpoint",
    "DeleteDevEndpoint",
    "UpdateDevEndpoint",
  ),
  aws_rds_change_master_password: {
    fires: [
      call("rds", "ModifyDBInstance", {
        responseElements: { pendingModifiedValues: { masterUserPassword: "****" } },
      }),
    ],
    silent: [
      call("rds", "ModifyDBInstance", { responseElements: { pendingModifiedValues: {} } }),
    ],
  },
  aws_rds_dbcluster_actions: calls("rds", "ModifyDBCluster", "DeleteDBCluster"),
  aws_rds_public_db_restore: {
    fires: [
      call("rds", "RestoreDBInstanceFromDBSnapshot", {
        responseElements: { publiclyAccessible: true },
      }),
    ],
    silent: [
      call("rds", "RestoreDBInstanceFromDBSnapshot", {
        responseElements: { publiclyAccessible: false },
      }),
    ],
  },
  aws_root_account_usage: {
    fires: [call("s3", "ListBuckets", { userIdentity: { type: "Root" } })],
    silent: [
      call("s3", "x", { userIdentity: { type: "Root" }, eventType: "AwsServiceEvent" }),
      call("s3", "x"),
    ],
  },
  aws_route_53_domain_transferred_lock_disabled: calls("route53", "DisableDomainTransferLock"),
  aws_route_53_domain_transferred_to_another_account: calls(
    "route53",
    "TransferDomainToAnotherAwsAccount",
  ),
  aws_s3_data_management_tampering: calls(
    "s3",
    "PutBucketLogging",
    "PutBucketWebsite",
    "PutEncryptionConfiguration",
    "PutLifecycleConfiguration",
    "PutReplicationConfiguration",
    "ReplicateObject",
    "RestoreObject",
  ),
  aws_securityhub_finding_evasion: calls(
    "securityhub",
    "BatchUpdateFindings",
    "DeleteInsight",
    "UpdateFindings",
    "UpdateInsight",
  ),
  aws_snapshot_backup_exfiltration: calls("ec2", "ModifySnapshotAttribute"),
  aws_sso_idp_change: {
    fires: [call("sso", "AssociateDirectory"), call("sso-directory", "DisassociateDirectory")],
    silent: [call("sso", "ListDirectories"), call("ds", "AssociateDirectory")],
  },
  aws_sts_assumerole_misuse: {
    fires: [
      call("s3", "x", {
        userIdentity: {
          type: "AssumedRole",
          sessionContext: { sessionIssuer: { type: "Role" } },
        },
      }),
    ],
    silent: [call("s3", "x", { userIdentity: { type: "AssumedRole", sessionContext: {} } })],
  },
  aws_sts_getcalleridentity_trufflehog: {
    fires: [call("sts", "GetCallerIdentity", { userAgent: "TruffleHog/3.1" })],
    silent: [call("sts", "GetCallerIdentity", { userAgent: "boto3" })],
  },
  aws_sts_getsessiontoken_misuse: {
    fires: [call("sts", "GetSessionToken")],
    silent: [call("sts", "GetSessionToken", { userIdentity: { type: "Root" } })],
  },
  aws_susp_saml_activity: {
    fires: [call("sts", "AssumeRoleWithSAML"), call("iam", "UpdateSAMLProvider")],
    silent: [call("iam", "AssumeRoleWithSAML"), call("sts", "UpdateSAMLProvider")],
  },
  aws_update_login_profile: {
    fires: [call("iam", "UpdateLoginProfile", { requestParameters: { userName: "bob" } })],
    silent: [
      call("iam", "UpdateLoginProfile", {
        userIdentity: { arn: "bob" },
        requestParameters: { userName: "Bob" },
      }),
      call("iam", "GetLoginProfile"),
    ],
  },
};

import { arn, type Scene } from "../scene.ts";
import { HOLES, raw } from "../template.ts";
import { type Action, reads } from "./action.ts";

function bucketHost(scene: Scene, bucket: string): string {
  return `${bucket}.s3.${scene.region}.${scene.organization.partition.dnsSuffix}`;
}

function s3Additional(bytesIn: string, bytesOut: string) {
  return {
    SignatureVersion: "SigV4",
    CipherSuite: "TLS_AES_128_GCM_SHA256",
    bytesTransferredIn: raw(bytesIn),
    SSEApplied: "SSE_KMS",
    AuthenticationMethod: "AuthHeader",
    "x-amz-id-2": `${HOLES.token}${HOLES.token}9Uo=`,
    bytesTransferredOut: raw(bytesOut),
  };
}

/** A call on a bucket; all draws of one scene see the same bucket, so it is chosen by the region. */
function bucketOf(scene: Scene): string {
  return scene.account.buckets[scene.region.length % scene.account.buckets.length];
}

function bucketResource(scene: Scene) {
  return {
    accountId: scene.account.id,
    type: "AWS::S3::Bucket",
    ARN: arn(scene, "s3", bucketOf(scene)),
  };
}

function objectEvent(
  name: string,
  bytes: { readonly in: string; readonly out: string },
  details: Partial<Action> = {},
): Action {
  const keyOf = (scene: Scene, serial: string) => `${scene.account.app}/orders/part-${serial}.json`;
  return {
    service: "s3",
    name,
    data: true,
    request: (scene) => ({
      bucketName: bucketOf(scene),
      Host: bucketHost(scene, bucketOf(scene)),
      key: keyOf(scene, HOLES.serial),
    }),
    additional: () => s3Additional(bytes.in, bytes.out),
    resources: (scene) => [
      {
        type: "AWS::S3::Object",
        ARN: arn(scene, "s3", `${bucketOf(scene)}/${keyOf(scene, HOLES.serialAgain)}`),
      },
      bucketResource(scene),
    ],
    errors: [{ code: "NoSuchKey", message: "The specified key does not exist." }],
    ...details,
  };
}

const BUCKET_READS: readonly (readonly [string, string, string | undefined])[] = [
  ["GetBucketAcl", "acl", undefined],
  ["GetBucketLocation", "location", undefined],
  ["GetBucketVersioning", "versioning", undefined],
  ["GetBucketTagging", "tagging", "NoSuchTagSet"],
  ["GetBucketPolicy", "policy", "NoSuchBucketPolicy"],
  ["GetBucketPolicyStatus", "policyStatus", "NoSuchBucketPolicy"],
  ["GetBucketPublicAccessBlock", "publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"],
  ["GetBucketEncryption", "encryption", undefined],
  ["GetBucketLogging", "logging", undefined],
  ["GetBucketLifecycle", "lifecycle", "NoSuchLifecycleConfiguration"],
];

/** Calls of S3, KMS, DynamoDB, RDS, Secrets Manager and Parameter Store. */
export const STORAGE_ACTIONS: readonly Action[] = [
  ...BUCKET_READS.map(([name, parameter, error]): Action => ({
    service: "s3",
    name,
    request: (scene) => ({
      bucketName: bucketOf(scene),
      Host: bucketHost(scene, bucketOf(scene)),
      [parameter]: "",
    }),
    additional: () => s3Additional("0.0", `${HOLES.digits4}.0`),
    resources: (scene) => [bucketResource(scene)],
    errors: error === undefined
      ? []
      : [{ code: error, message: "The specified configuration does not exist" }],
  })),
  {
    service: "s3",
    name: "ListBuckets",
    request: (scene) => ({ Host: `s3.${scene.organization.partition.dnsSuffix}` }),
    additional: () => s3Additional("0.0", `${HOLES.digits4}.0`),
  },
  objectEvent("GetObject", { in: "0.0", out: `${HOLES.digits4}.0` }),
  objectEvent("HeadObject", { in: "0", out: "0" }),
  objectEvent("PutObject", { in: HOLES.digits4, out: "0" }, {
    write: true,
    response: (scene) => ({
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": arn(
        scene,
        "kms",
        `key/${scene.account.keys[0]}`,
      ),
      "x-amz-version-id": `${HOLES.token}${HOLES.token}`,
    }),
  }),
  ...reads("kms", ["Decrypt", "GenerateDataKey"], {
    request: (scene) => ({
      keyId: arn(scene, "kms", `key/${scene.account.keys[0]}`),
      encryptionContext: {
        "aws:s3:arn": arn(scene, "s3", bucketOf(scene)),
        "aws:requestor": HOLES.token,
      },
      encryptionAlgorithm: "SYMMETRIC_DEFAULT",
    }),
    resources: (scene) => [{
      accountId: scene.account.id,
      type: "AWS::KMS::Key",
      ARN: arn(scene, "kms", `key/${scene.account.keys[0]}`),
    }],
  }),
  ...reads("kms", ["DescribeKey", "GetKeyRotationStatus", "GetKeyPolicy", "ListResourceTags"], {
    request: (scene) => ({ keyId: scene.account.keys[1] }),
    resources: (scene) => [{
      accountId: scene.account.id,
      type: "AWS::KMS::Key",
      ARN: arn(scene, "kms", `key/${scene.account.keys[1]}`),
    }],
  }),
  {
    service: "kms",
    name: "CreateGrant",
    write: true,
    request: (scene) => ({
      keyId: arn(scene, "kms", `key/${scene.account.keys[2]}`),
      granteePrincipal: `autoscaling.${scene.region}.amazonaws.com`,
      operations: ["Decrypt", "GenerateDataKeyWithoutPlaintext", "CreateGrant"],
      constraints: { encryptionContextSubset: { "aws:ebs:id": `vol-${HOLES.hex}` } },
    }),
    response: () => ({ grantId: `${HOLES.hex}${HOLES.hex}${HOLES.hex}6c0c64d18ba2f` }),
    resources: (scene) => [{
      accountId: scene.account.id,
      type: "AWS::KMS::Key",
      ARN: arn(scene, "kms", `key/${scene.account.keys[2]}`),
    }],
  },
  ...reads("dynamodb", ["DescribeTable", "DescribeContinuousBackups", "DescribeTimeToLive"], {
    request: (scene) => ({ tableName: scene.prng.pick(scene.account.tables) }),
    apiVersion: "2012-08-10",
    resources: (scene) => [{
      accountId: scene.account.id,
      type: "AWS::DynamoDB::Table",
      ARN: arn(scene, "dynamodb", `table/${scene.account.tables[0]}`),
    }],
    errors: [{
      code: "ResourceNotFoundException",
      message: "Requested resource not found: the table does not exist",
    }],
  }),
  ...[["GetItem", undefined], ["Query", undefined], ["PutItem", true], ["UpdateItem", true]].map(
    ([name, write]): Action => ({
      service: "dynamodb",
      name: String(name),
      data: true,
      ...(write === true ? { write: true } : {}),
      request: (scene) => ({
        tableName: scene.account.tables[1],
        key: { pk: `HIDDEN_DUE_TO_SECURITY_REASONS`, sk: `SESSION#${HOLES.digits4}` },
        consistentRead: false,
      }),
      additional: () => ({ resourceRevision: raw(HOLES.digits19) }),
      resources: (scene) => [{
        accountId: scene.account.id,
        type: "AWS::DynamoDB::Table",
        ARN: arn(scene, "dynamodb", `table/${scene.account.tables[1]}`),
      }],
      apiVersion: "2012-08-10",
      errors: [{
        code: "ConditionalCheckFailedException",
        message: "The conditional request failed",
      }],
    }),
  ),
  ...reads("rds", ["DescribeDBInstances", "DescribeDBClusters", "ListTagsForResource"], {
    request: (scene) => ({ dBInstanceIdentifier: `${scene.account.app}-${scene.account.kind}` }),
  }),
  ...reads("rds", ["DescribeDBSnapshots", "DescribeEvents", "DescribePendingMaintenanceActions"], {
    request: () => ({ maxRecords: 100, includeShared: false, includePublic: false }),
  }),
  {
    service: "secretsmanager",
    name: "GetSecretValue",
    neverDenied: true,
    request: (scene) => ({ secretId: scene.prng.pick(scene.account.secrets) }),
    errors: [{
      code: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret.",
    }],
  },
  ...reads("secretsmanager", ["DescribeSecret", "ListSecrets"], {
    request: (scene) => ({ secretId: scene.prng.pick(scene.account.secrets) }),
  }),
  ...reads("ssm", ["GetParameter", "GetParameters"], {
    request: (scene) => ({
      name: `/${scene.account.kind}/${scene.account.app}/settings`,
      withDecryption: true,
    }),
    resources: (scene) => [{
      accountId: scene.account.id,
      ARN: arn(scene, "ssm", `parameter/${scene.account.kind}/${scene.account.app}/settings`),
    }],
    errors: [{ code: "ParameterNotFound", message: "Parameter not found" }],
  }),
  {
    service: "ssm",
    name: "GetParametersByPath",
    request: (scene) => ({
      path: `/${scene.account.kind}/${scene.account.app}/`,
      recursive: true,
      withDecryption: true,
    }),
  },
  {
    service: "ssm",
    name: "UpdateInstanceInformation",
    write: true,
    request: (scene) => ({
      instanceId: `i-${HOLES.hex}`,
      agentVersion: "3.3.1611.0",
      agentStatus: "Active",
      platformType: "Linux",
      platformName: "Amazon Linux",
      platformVersion: "2023",
      iPAddress: `${scene.account.network}.12.34`,
      computerName: `ip-${scene.account.network.replace(".", "-")}-12-34.${scene.region}.internal`,
      agentName: "amazon-ssm-agent",
    }),
  },
];

import { arn } from "../scene.ts";
import { HOLES } from "../template.ts";
import { DENIED, type StoryScript } from "./teller.ts";

/** Stories about damage and about using what others pay for. */
export const IMPACT_STORIES: readonly StoryScript[] = [
  {
    name: "bucket-ransom",
    title: "Bucket encrypted for ransom",
    description: "Versioning is suspended, objects are written again under a foreign key, the " +
      "originals' versions are deleted, a note is left.",
    tactic: "impact",
    ruleIdeas: [],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("etl-loader");
      const bucketName = teller.account.buckets[3];
      const foreignKey = `arn:${teller.organization.partition.name}:kms:${teller.region}:` +
        `${teller.foreignAccount}:key/6f0d7a52-4e1b-4c07-a5d9-0c2f6f5f9b1e`;
      const change = (
        name: string,
        request: Record<string, unknown>,
        data?: true,
      ) =>
        teller.call(thief, {
          service: "s3",
          name,
          write: true,
          ...(data ? { data } : {}),
          request: () => ({ bucketName, ...request }),
          resources: (scene) => [{
            type: "AWS::S3::Bucket",
            accountId: scene.account.id,
            ARN: arn(scene, "s3", bucketName),
          }],
        });
      teller.look(thief, "s3", ["ListBuckets", "GetBucketVersioning"]);
      change("PutBucketVersioning", {
        versioning: "",
        VersioningConfiguration: { Status: "Suspended" },
      });
      change("PutBucketEncryption", {
        encryption: "",
        ServerSideEncryptionConfiguration: {
          Rule: {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: "aws:kms",
              KMSMasterKeyID: foreignKey,
            },
          },
        },
      });
      for (let step = 0; step < 8; step++) {
        const key = `archive/2025/${String(step).padStart(4, "0")}.parquet`;
        change("CopyObject", {
          key,
          "x-amz-copy-source": `${bucketName}/${key}`,
          "x-amz-server-side-encryption-aws-kms-key-id": foreignKey,
        }, true);
        change("DeleteObject", { key, versionId: HOLES.token }, true);
      }
      change("PutObject", { key: "HOW_TO_GET_YOUR_DATA_BACK.txt" }, true);
    },
  },
  {
    name: "key-deletion-scheduled",
    title: "Encryption keys scheduled for deletion",
    description:
      "The keys of databases and backups are disabled and scheduled for deletion at the " +
      "shortest notice.",
    tactic: "impact",
    ruleIdeas: ["kms-key-scheduled-for-deletion"],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("vault-operator");
      teller.look(thief, "kms", ["ListKeys", "ListAliases"]);
      for (const id of teller.account.keys) {
        const key = {
          write: true as const,
          resources: (scene: Parameters<typeof arn>[0]) => [{
            accountId: scene.account.id,
            type: "AWS::KMS::Key",
            ARN: arn(scene, "kms", `key/${id}`),
          }],
        };
        teller.call(thief, {
          service: "kms",
          name: "DisableKey",
          request: () => ({ keyId: id }),
          ...key,
        });
        teller.call(thief, {
          service: "kms",
          name: "ScheduleKeyDeletion",
          request: () => ({ keyId: id, pendingWindowInDays: 7 }),
          response: (scene) => ({
            keyId: arn(scene, "kms", `key/${id}`),
            keyState: "PendingDeletion",
            pendingWindowInDays: 7,
          }),
          ...key,
        });
      }
    },
  },
  {
    name: "model-abuse",
    title: "Language models run on a stolen key",
    description: "Access to models is asked for and granted, then they are called again and again.",
    tactic: "impact",
    ruleIdeas: [],
    in: "sandbox",
    tell(teller) {
      const thief = teller.keyThief("chatbot-demo");
      const modelId = "anthropic.claude-3-sonnet-20240229-v1:0";
      teller.look(thief, "bedrock", ["GetModelInvocationLoggingConfiguration"]);
      for (const name of ["PutUseCaseForModelAccess", "PutFoundationModelEntitlement"]) {
        teller.call(thief, {
          service: "bedrock",
          name,
          write: true,
          request: () => ({ modelId }),
          response: () => ({ status: "SUCCESS" }),
        });
      }
      for (let step = 0; step < 12; step++) {
        teller.call(
          thief,
          { service: "bedrock", name: "InvokeModel", request: () => ({ modelId }) },
          step === 0 ? { error: DENIED } : {},
        );
      }
    },
  },
  {
    name: "mail-abuse",
    title: "Mail service prepared for phishing",
    description: "Sending limits are looked up and raised, a new sender is verified.",
    tactic: "impact",
    ruleIdeas: [],
    in: "staging",
    tell(teller) {
      const thief = teller.keyThief("newsletter");
      teller.look(thief, "ses", ["GetSendQuota", "ListIdentities", "GetAccountSendingEnabled"]);
      for (const name of ["VerifyEmailIdentity", "PutAccountDetails"]) {
        teller.call(thief, {
          service: "ses",
          name,
          write: true,
          request: () => ({ emailAddress: "invoice@parcel-notice.example", mailType: "MARKETING" }),
        });
      }
    },
  },
];

import { arn } from "../scene.ts";
import { HOLES } from "../template.ts";
import { DENIED, type StoryScript } from "./teller.ts";

/** Stories about taking data out. */
export const THEFT_STORIES: readonly StoryScript[] = [
  {
    name: "snapshot-exfiltration",
    title: "Database and disk snapshots shared outside",
    description:
      "A snapshot is made of a disk and of a database; both are shared with a foreign account.",
    tactic: "exfiltration",
    ruleIdeas: ["snapshot-shared-outside"],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("backup-operator");
      const snapshotId = teller.id("snap");
      const volumeId = teller.id("vol");
      const databaseSnapshot = `${teller.account.app}-monthly`;
      teller.look(thief, "ec2", ["DescribeVolumes", "DescribeSnapshots"]);
      teller.call(thief, {
        service: "ec2",
        name: "CreateSnapshot",
        write: true,
        request: () => ({ volumeId }),
        response: () => ({ snapshotId, volumeId, status: "pending" }),
      });
      teller.wait(6);
      teller.call(thief, {
        service: "ec2",
        name: "ModifySnapshotAttribute",
        write: true,
        request: () => ({
          snapshotId,
          createVolumePermission: { add: { items: [{ userId: teller.foreignAccount }] } },
          attributeType: "CREATE_VOLUME_PERMISSION",
        }),
        response: () => ({ requestId: HOLES.uuid, _return: true }),
      });
      teller.look(thief, "rds", ["DescribeDBInstances"]);
      teller.call(thief, {
        service: "rds",
        name: "CreateDBSnapshot",
        write: true,
        request: () => ({
          dBSnapshotIdentifier: databaseSnapshot,
          dBInstanceIdentifier: `${teller.account.app}-production`,
        }),
      });
      teller.wait(9);
      teller.call(thief, {
        service: "rds",
        name: "ModifyDBSnapshotAttribute",
        write: true,
        request: () => ({
          dBSnapshotIdentifier: databaseSnapshot,
          attributeName: "restore",
          valuesToAdd: [teller.foreignAccount],
        }),
        response: () => ({
          dBSnapshotIdentifier: databaseSnapshot,
          dBSnapshotAttributes: [{
            attributeName: "restore",
            attributeValues: [teller.foreignAccount],
          }],
        }),
      });
    },
  },
  {
    name: "public-bucket",
    title: "Bucket made public and emptied",
    description:
      "The block on public access is removed, a policy lets everyone read, and exports are " +
      "downloaded from several networks.",
    tactic: "exfiltration",
    ruleIdeas: ["public-bucket-policy"],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("web-publisher");
      const bucketName = teller.account.buckets[1];
      teller.call(thief, { service: "s3", name: "ListBuckets" });
      teller.call(thief, {
        service: "s3",
        name: "DeleteBucketPublicAccessBlock",
        write: true,
        request: () => ({ bucketName, publicAccessBlock: "" }),
      });
      teller.call(thief, {
        service: "s3",
        name: "PutBucketPolicy",
        write: true,
        request: (scene) => ({
          bucketName,
          policy: "",
          bucketPolicy: {
            Version: "2012-10-17",
            Statement: [{
              Sid: "Read",
              Effect: "Allow",
              Principal: "*",
              Action: ["s3:GetObject", "s3:ListBucket"],
              Resource: [arn(scene, "s3", bucketName), arn(scene, "s3", `${bucketName}/*`)],
            }],
          },
        }),
      });
      const anyone = teller.stranger(() => ({
        type: "AWSAccount",
        principalId: "",
        accountId: "anonymous",
      }));
      for (let step = 0; step < 8; step++) {
        teller.call(anyone, {
          service: "s3",
          name: "GetObject",
          data: true,
          request: () => ({ bucketName, key: `exports/customers-${step}.csv.gz` }),
          resources: (scene) => [{
            type: "AWS::S3::Object",
            ARN: arn(scene, "s3", `${bucketName}/exports/customers-${step}.csv.gz`),
          }],
        });
      }
    },
  },
  {
    name: "secrets-dumped",
    title: "All secrets and parameters read",
    description:
      "A stolen key lists and reads every secret and every encrypted parameter in a minute.",
    tactic: "credential-access",
    ruleIdeas: [],
    in: "staging",
    tell(teller) {
      const thief = teller.keyThief("config-reader");
      teller.look(thief, "secretsmanager", ["ListSecrets"]);
      for (const secretId of teller.account.secrets) {
        teller.call(thief, {
          service: "secretsmanager",
          name: "GetSecretValue",
          request: () => ({ secretId }),
        });
      }
      teller.call(thief, {
        service: "secretsmanager",
        name: "BatchGetSecretValue",
        request: () => ({ filters: [{ key: "tag-key", values: ["team"] }] }),
      }, { error: DENIED });
      teller.look(thief, "ssm", ["DescribeParameters"]);
      for (const path of ["/", "/staging/", "/production/"]) {
        teller.call(thief, {
          service: "ssm",
          name: "GetParametersByPath",
          request: () => ({ path, recursive: true, withDecryption: true }),
        });
      }
    },
  },
];

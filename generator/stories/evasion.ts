import { arn } from "../scene.ts";
import type { StoryScript } from "./teller.ts";

/** Stories about putting out the lights. */
export const EVASION_STORIES: readonly StoryScript[] = [
  {
    name: "trail-stopped",
    title: "Trail stopped before a mass deletion",
    description:
      "A stolen key stops and deletes the trail, then terminates instances and deletes " +
      "snapshots and buckets.",
    tactic: "defense-evasion",
    ruleIdeas: ["trail-stopped-or-deleted"],
    in: "management",
    tell(teller) {
      const thief = teller.keyThief("ops-automation");
      const name = (scene: Parameters<typeof arn>[0]) => ({
        name: arn(scene, "cloudtrail", "trail/organization-trail"),
      });
      teller.look(thief, "cloudtrail", ["DescribeTrails", "GetTrailStatus"]);
      for (const call of ["StopLogging", "DeleteTrail"]) {
        teller.call(thief, { service: "cloudtrail", name: call, write: true, request: name });
      }
      for (let step = 0; step < 6; step++) {
        const instanceId = teller.id("i");
        teller.call(thief, {
          service: "ec2",
          name: "TerminateInstances",
          write: true,
          request: () => ({ instancesSet: { items: [{ instanceId }] } }),
          response: () => ({
            instancesSet: {
              items: [{ instanceId, currentState: { code: 32, name: "shutting-down" } }],
            },
          }),
        });
      }
      for (let step = 0; step < 4; step++) {
        const snapshotId = teller.id("snap");
        teller.call(thief, {
          service: "ec2",
          name: "DeleteSnapshot",
          write: true,
          request: () => ({ snapshotId }),
          response: () => ({ _return: true }),
        });
      }
      teller.call(thief, {
        service: "s3",
        name: "DeleteBucket",
        write: true,
        request: (scene) => ({ bucketName: scene.account.buckets[3] }),
      });
    },
  },
  {
    name: "guardduty-off-before-mining",
    title: "GuardDuty deleted, miners started in an unused region",
    description:
      "The detector is deleted, then large instances with graphics processors are started " +
      "where nobody looks.",
    tactic: "impact",
    ruleIdeas: ["guardduty-disabled"],
    in: "development",
    tell(teller) {
      const thief = teller.keyThief("ml-experiments");
      const detectorId = teller.account.keys[0].replaceAll("-", "");
      teller.look(thief, "guardduty", ["ListDetectors", "GetDetector"]);
      teller.call(thief, {
        service: "guardduty",
        name: "DeleteDetector",
        write: true,
        request: () => ({ detectorId }),
      });
      const region = teller.organization.partition.unusedRegion;
      for (const quota of ["DescribeInstanceTypeOfferings", "DescribeVpcs", "DescribeKeyPairs"]) {
        teller.call(thief, { service: "ec2", name: quota }, { region });
      }
      for (let step = 0; step < 4; step++) {
        teller.call(thief, {
          service: "ec2",
          name: "RunInstances",
          write: true,
          request: () => ({
            instancesSet: {
              items: [{ imageId: "ami-0b0ea68c435eb488d", minCount: 8, maxCount: 8 }],
            },
            instanceType: "g5.48xlarge",
            userData: "<sensitiveDataRemoved>",
            instanceMarketOptions: { marketType: "spot" },
          }),
        }, {
          region,
          ...(step === 0
            ? {
              error: {
                code: "Client.VcpuLimitExceeded",
                message:
                  "You have requested more vCPU capacity than your current vCPU limit allows.",
              },
            }
            : {}),
        });
      }
    },
  },
  {
    name: "security-group-opened",
    title: "Security group opened to the world",
    description: "Remote desktop and database ports are opened to every address.",
    tactic: "defense-evasion",
    ruleIdeas: ["security-group-opened-to-the-world"],
    in: "staging",
    tell(teller) {
      const thief = teller.keyThief("netops");
      const groupId = teller.id("sg");
      teller.look(thief, "ec2", ["DescribeSecurityGroups", "DescribeInstances"]);
      for (const [port, ranges] of [[3389, 4], [5432, 4], [22, 6]]) {
        teller.call(thief, {
          service: "ec2",
          name: "AuthorizeSecurityGroupIngress",
          write: true,
          request: () => ({
            groupId,
            ipPermissions: {
              items: [{
                ipProtocol: "tcp",
                fromPort: port,
                toPort: port,
                groups: {},
                ipRanges: ranges === 4 ? { items: [{ cidrIp: "0.0.0.0/0" }] } : {},
                ipv6Ranges: ranges === 6 ? { items: [{ cidrIpv6: "::/0" }] } : {},
                prefixListIds: {},
              }],
            },
          }),
          response: () => ({ _return: true }),
        });
      }
    },
  },
  {
    name: "leave-organization",
    title: "Account tries to leave the organization",
    description:
      "Flow logs and configuration recording are stopped, then the account is told to leave.",
    tactic: "defense-evasion",
    ruleIdeas: [],
    in: "sandbox",
    tell(teller) {
      const thief = teller.keyThief("sandbox-owner");
      teller.call(thief, { service: "organizations", name: "DescribeOrganization", global: true });
      teller.call(thief, {
        service: "config",
        name: "StopConfigurationRecorder",
        write: true,
        request: () => ({ configurationRecorderName: "default" }),
      });
      teller.call(thief, {
        service: "ec2",
        name: "DeleteFlowLogs",
        write: true,
        request: () => ({
          DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: teller.id("fl") } },
        }),
        response: () => ({ DeleteFlowLogsResponse: { unsuccessful: "" } }),
      });
      teller.call(thief, {
        service: "organizations",
        name: "LeaveOrganization",
        write: true,
        global: true,
      }, {
        error: {
          code: "ConstraintViolationException",
          message: "The account cannot leave: its contact and payment information is incomplete.",
        },
      });
    },
  },
];

import { arn, type Scene } from "../scene.ts";
import { HOLES, raw } from "../template.ts";
import { type Action, reads } from "./action.ts";

function logGroup(scene: Scene): string {
  return `/aws/lambda/${scene.prng.pick(scene.account.functions)}`;
}

/** Calls of the services that watch, configure and deliver: CloudTrail, Config, Logs, Route 53 and more. */
export const OPERATIONS_ACTIONS: readonly Action[] = [
  ...reads("cloudtrail", ["DescribeTrails", "GetTrailStatus", "GetEventSelectors", "ListTrails"], {
    request: (scene) => ({
      trailNameList: [`organization-trail`],
      name: arn(scene, "cloudtrail", "trail/organization-trail"),
    }),
  }),
  {
    service: "cloudtrail",
    name: "LookupEvents",
    request: (scene) => ({
      lookupAttributes: [{
        attributeKey: "ResourceName",
        attributeValue: scene.account.buckets[0],
      }],
      maxResults: 50,
    }),
    errors: [{ code: "ThrottlingException", message: "Rate exceeded" }],
  },
  ...reads("config", [
    "DescribeConfigurationRecorders",
    "DescribeConfigRules",
    "DescribeComplianceByConfigRule",
    "SelectResourceConfig",
  ], { request: () => ({ limit: 100 }) }),
  {
    service: "config",
    name: "PutEvaluations",
    write: true,
    request: (scene) => ({
      evaluations: [{
        complianceResourceType: "AWS::S3::Bucket",
        complianceResourceId: scene.account.buckets[1],
        complianceType: "COMPLIANT",
        orderingTimestamp: HOLES.time,
      }],
      testMode: false,
      resultToken: "HIDDEN_DUE_TO_SECURITY_REASONS",
    }),
    response: () => ({ failedEvaluations: [] }),
  },
  ...reads("guardduty", ["ListDetectors", "GetDetector", "ListFindings", "GetFindings"], {
    request: (scene) => ({
      detectorId: `${scene.account.keys[0].replaceAll("-", "")}`,
      findingCriteria: { criterion: { "service.archived": { eq: ["false"] } } },
    }),
  }),
  ...reads("securityhub", ["GetFindings", "DescribeHub", "GetEnabledStandards"], {
    request: () => ({ MaxResults: 100 }),
  }),
  ...reads("logs", ["DescribeLogGroups", "DescribeLogStreams"], {
    request: (scene) => ({ logGroupName: logGroup(scene), limit: 50 }),
    apiVersion: "20140328",
  }),
  {
    service: "logs",
    name: "CreateLogStream",
    write: true,
    request: (scene) => ({
      logGroupName: logGroup(scene),
      logStreamName: `2026/[$LATEST]${HOLES.hex}0d1e2f3a4b5c6d7`,
    }),
    apiVersion: "20140328",
    errors: [{
      code: "ResourceAlreadyExistsException",
      message: "The specified log stream already exists",
    }],
  },
  {
    service: "logs",
    name: "GetQueryResults",
    request: () => ({ queryId: HOLES.uuid }),
    additional: () => ({
      statistics: {
        recordsMatched: raw(`${HOLES.digits4}.0`),
        recordsScanned: raw(`${HOLES.digits4}0.0`),
        bytesScanned: raw(HOLES.digits19),
      },
    }),
    apiVersion: "20140328",
  },
  ...reads("monitoring", ["DescribeAlarms", "GetMetricData", "ListMetrics"], {
    request: (scene) => ({ maxRecords: 100, alarmNamePrefix: scene.account.app }),
  }),
  ...reads("cloudformation", ["DescribeStacks", "DescribeStackEvents", "ListStackResources"], {
    request: (scene) => ({ stackName: `${scene.account.app}-${scene.account.kind}` }),
    errors: [{ code: "ValidationError", message: "Stack with id does not exist" }],
  }),
  {
    service: "cloudformation",
    name: "CreateChangeSet",
    write: true,
    request: (scene) => ({
      stackName: `${scene.account.app}-${scene.account.kind}`,
      changeSetName: `deploy-${HOLES.digits4}`,
      changeSetType: "UPDATE",
      capabilities: ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
      parameters: [{ parameterKey: "ImageTag", parameterValue: "HIDDEN_DUE_TO_SECURITY_REASONS" }],
    }),
    response: (scene) => ({
      id: arn(scene, "cloudformation", `changeSet/deploy/${HOLES.uuid}`),
      stackId: arn(scene, "cloudformation", `stack/${scene.account.app}/${scene.account.keys[0]}`),
    }),
  },
  ...reads("route53", ["ListHostedZones", "ListResourceRecordSets", "GetHostedZone"], {
    global: true,
    request: (scene) => ({ hostedZoneId: `Z${scene.account.id.slice(0, 9)}QXKT`, maxItems: "300" }),
    apiVersion: "2013-04-01",
  }),
  {
    service: "route53",
    name: "ChangeResourceRecordSets",
    write: true,
    global: true,
    request: (scene) => ({
      hostedZoneId: `Z${scene.account.id.slice(0, 9)}QXKT`,
      changeBatch: {
        comment: "external-dns",
        changes: [{
          action: "UPSERT",
          resourceRecordSet: {
            name: `${scene.account.app}.northwind.example.`,
            type: "A",
            tTL: 60,
            resourceRecords: [{ value: `${scene.account.network}.8.20` }],
          },
        }],
      },
    }),
    response: () => ({
      changeInfo: { status: "PENDING", id: `/change/C0${HOLES.token}`, submittedAt: HOLES.time },
    }),
    apiVersion: "2013-04-01",
  },
  ...reads("cloudfront", ["ListDistributions", "GetDistribution"], {
    global: true,
    request: (scene) => ({ id: `E${scene.account.id.slice(0, 8)}ABCDE` }),
    apiVersion: "2020_05_31",
  }),
  {
    service: "cloudfront",
    name: "CreateInvalidation",
    write: true,
    global: true,
    request: (scene) => ({
      distributionId: `E${scene.account.id.slice(0, 8)}ABCDE`,
      invalidationBatch: {
        callerReference: HOLES.uuid,
        paths: { items: ["/index.html", "/static/*"], quantity: 2 },
      },
    }),
    response: () => ({ invalidation: { id: `I${HOLES.digits4}ABCDEFGH`, status: "InProgress" } }),
    apiVersion: "2020_05_31",
  },
  ...reads("elasticloadbalancing", ["DescribeLoadBalancers", "DescribeTargetHealth"], {
    request: (scene) => ({
      targetGroupArn: arn(
        scene,
        "elasticloadbalancing",
        `targetgroup/${scene.account.app}/50dc6c495c0c`,
      ),
    }),
    apiVersion: "2015-12-01",
  }),
  ...reads("tagging", ["GetResources"], { request: () => ({ resourcesPerPage: 100 }) }),
  ...reads("health", ["DescribeEventAggregates"], {
    request: () => ({
      aggregateField: "eventTypeCategory",
      filter: { eventStatusCodes: ["open"] },
    }),
  }),
];

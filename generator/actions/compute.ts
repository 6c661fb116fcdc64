import { arn, type Scene } from "../scene.ts";
import { HOLES } from "../template.ts";
import { type Action, reads } from "./action.ts";

const EC2_VERSION = "2016-11-15";
const LAMBDA_VERSION = "2015-03-31";

/** An id of an instance, volume, subnet … that stays the same for a scene. */
function resourceId(scene: Scene, prefix: string): string {
  const digits = "0123456789abcdef";
  let id = `${prefix}-0`;
  for (let index = 0; index < 16; index++) id += digits[scene.prng.below(16)];
  return id;
}

function functionArn(scene: Scene): string {
  return arn(scene, "lambda", `function:${scene.prng.pick(scene.account.functions)}`);
}

/** Calls of EC2, Lambda, ECS, EKS, ECR and Auto Scaling. */
export const COMPUTE_ACTIONS: readonly Action[] = [
  ...reads("ec2", [
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeVolumes",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
    "DescribeRouteTables",
    "DescribeImages",
    "DescribeTags",
    "DescribeSnapshots",
    "DescribeAddresses",
    "DescribeNatGateways",
    "DescribeVpcEndpoints",
  ], {
    request: (scene) =>
      scene.prng.chance(500)
        ? {
          maxResults: scene.prng.pick([50, 100, 1000]),
          filterSet: {
            items: [{
              name: scene.prng.pick([
                "tag:Environment",
                "vpc-id",
                "tag:Name",
                "instance-state-name",
              ]),
              valueSet: { items: [{ value: scene.account.kind }] },
            }],
          },
        }
        : { filterSet: {}, instancesSet: {} },
    apiVersion: EC2_VERSION,
    errors: [{ code: "Client.RequestLimitExceeded", message: "Request limit exceeded." }],
  }),
  ...reads("ec2", [
    "DescribeRegions",
    "DescribeAvailabilityZones",
    "DescribeAccountAttributes",
    "DescribeInstanceTypes",
    "DescribeLaunchTemplates",
    "DescribeKeyPairs",
    "DescribeFlowLogs",
  ], { request: () => ({}), apiVersion: EC2_VERSION }),
  {
    service: "ec2",
    name: "DescribeInstanceAttribute",
    request: (scene) => ({
      instanceId: resourceId(scene, "i"),
      attribute: "disableApiTermination",
    }),
    errors: [{
      code: "Client.InvalidInstanceID.NotFound",
      message: "The instance ID does not exist",
    }],
  },
  {
    service: "ec2",
    name: "RunInstances",
    write: true,
    request: (scene) => ({
      instancesSet: { items: [{ imageId: resourceId(scene, "ami"), minCount: 1, maxCount: 1 }] },
      instanceType: scene.prng.pick(["m6i.large", "c6g.xlarge", "t3.medium", "r6i.large"]),
      blockDeviceMapping: {
        items: [{
          deviceName: "/dev/xvda",
          ebs: { volumeSize: 50, deleteOnTermination: true, volumeType: "gp3", encrypted: true },
        }],
      },
      monitoring: { enabled: false },
      subnetId: resourceId(scene, "subnet"),
      clientToken: HOLES.uuid,
      launchTemplate: {
        launchTemplateName: `${scene.account.app}-fleet`,
        version: String(scene.prng.between(3, 60)),
      },
    }),
    response: (scene) => ({
      requestId: HOLES.uuid,
      reservationId: `r-${HOLES.hex}`,
      ownerId: scene.account.id,
      groupSet: {},
      instancesSet: {
        items: [{
          instanceId: `i-${HOLES.hex}`,
          imageId: resourceId(scene, "ami"),
          instanceState: { code: 0, name: "pending" },
          amiLaunchIndex: 0,
          productCodes: {},
          placement: { availabilityZone: `${scene.region}a`, tenancy: "default" },
          privateIpAddress: `${scene.account.network}.${scene.prng.below(256)}.${
            scene.prng.between(4, 250)
          }`,
          architecture: "x86_64",
          rootDeviceType: "ebs",
          virtualizationType: "hvm",
          metadataOptions: { state: "pending", httpTokens: "required", httpEndpoint: "enabled" },
        }],
      },
    }),
    errors: [{
      code: "Server.InsufficientInstanceCapacity",
      message: "There is no capacity for the requested instance type in this Availability Zone.",
    }],
  },
  {
    service: "ec2",
    name: "TerminateInstances",
    write: true,
    request: () => ({ instancesSet: { items: [{ instanceId: `i-${HOLES.hex}` }] } }),
    response: () => ({
      requestId: HOLES.uuid,
      instancesSet: {
        items: [{
          instanceId: `i-${HOLES.hex}`,
          currentState: { code: 32, name: "shutting-down" },
          previousState: { code: 16, name: "running" },
        }],
      },
    }),
  },
  {
    service: "ec2",
    name: "CreateTags",
    write: true,
    request: (scene) => ({
      resourcesSet: { items: [{ resourceId: `i-${HOLES.hex}` }] },
      tagSet: {
        items: [
          { key: "Environment", value: scene.account.kind },
          { key: "Owner", value: `team-${scene.account.app}` },
        ],
      },
    }),
    response: () => ({ requestId: HOLES.uuid, _return: true }),
  },
  {
    service: "ec2",
    name: "CreateSnapshot",
    write: true,
    request: (scene) => ({
      volumeId: resourceId(scene, "vol"),
      description: `Created by policy ${resourceId(scene, "policy")}`,
    }),
    response: (scene) => ({
      requestId: HOLES.uuid,
      snapshotId: `snap-${HOLES.hex}`,
      volumeId: resourceId(scene, "vol"),
      status: "pending",
      ownerId: scene.account.id,
      volumeSize: "200",
      encrypted: true,
    }),
  },
  ...reads("lambda", ["GetFunction20150331v2", "GetFunctionConfiguration20150331v2", "GetPolicy"], {
    request: (scene) => ({ functionName: functionArn(scene) }),
    apiVersion: LAMBDA_VERSION,
    errors: [{
      code: "ResourceNotFoundException",
      message: "The resource you requested does not exist.",
    }],
  }),
  ...reads("lambda", ["ListFunctions20150331", "ListEventSourceMappings20150331"], {
    request: () => ({ maxItems: 50 }),
    apiVersion: LAMBDA_VERSION,
  }),
  {
    service: "lambda",
    name: "Invoke",
    data: true,
    request: (scene) => ({
      functionName: functionArn(scene),
      invocationType: scene.prng.pick(["RequestResponse", "Event"]),
    }),
    additional: () => ({ functionVersion: "$LATEST", customerEniId: `eni-${HOLES.hex}` }),
    resources: (scene) => [{
      accountId: scene.account.id,
      type: "AWS::Lambda::Function",
      ARN: functionArn(scene),
    }],
    apiVersion: LAMBDA_VERSION,
  },
  ...reads("ecs", ["DescribeServices", "DescribeTasks", "ListTasks", "DescribeClusters"], {
    request: (scene) => ({
      cluster: arn(scene, "ecs", `cluster/${scene.account.app}`),
      include: ["TAGS"],
    }),
  }),
  {
    service: "ecs",
    name: "UpdateService",
    write: true,
    request: (scene) => ({
      cluster: scene.account.app,
      service: `${scene.account.app}-api`,
      taskDefinition: `${scene.account.app}-api:${scene.prng.between(20, 400)}`,
      forceNewDeployment: false,
    }),
    response: (scene) => ({
      service: {
        serviceArn: arn(scene, "ecs", `service/${scene.account.app}/${scene.account.app}-api`),
        status: "ACTIVE",
        desiredCount: 4,
        runningCount: 4,
        pendingCount: 0,
        launchType: "FARGATE",
        deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
        schedulingStrategy: "REPLICA",
      },
    }),
  },
  {
    service: "ecs",
    name: "SubmitTaskStateChange",
    write: true,
    request: (scene) => ({
      cluster: scene.account.app,
      task: arn(scene, "ecs", `task/${scene.account.app}/${scene.account.app}-${HOLES.hex}`),
      status: scene.prng.pick(["RUNNING", "STOPPED"]),
    }),
    response: () => ({ acknowledgment: "ACK" }),
  },
  ...reads("eks", ["DescribeCluster", "DescribeNodegroup", "ListNodegroups"], {
    request: (scene) => ({ name: `${scene.account.app}-${scene.account.kind}` }),
  }),
  {
    service: "ecr",
    name: "GetAuthorizationToken",
    request: () => ({}),
  },
  ...reads("ecr", ["BatchGetImage", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer"], {
    request: (scene) => ({
      registryId: scene.account.id,
      repositoryName: `${scene.account.app}/api`,
      imageIds: [{ imageTag: `build-${HOLES.digits4}` }],
    }),
    resources: (scene) => [{
      ARN: arn(scene, "ecr", `repository/${scene.account.app}/api`),
      accountId: scene.account.id,
    }],
  }),
  {
    service: "ecr",
    name: "PutImage",
    write: true,
    request: (scene) => ({
      repositoryName: `${scene.account.app}/api`,
      imageTag: `build-${HOLES.digits4}`,
      imageManifestMediaType: "application/vnd.docker.distribution.manifest.v2+json",
    }),
    response: (scene) => ({
      image: {
        registryId: scene.account.id,
        repositoryName: `${scene.account.app}/api`,
        imageId: {
          imageDigest: `sha256:${HOLES.hex}${HOLES.hex}${HOLES.hex}0a1b2c3d4e5f6`,
          imageTag: "latest",
        },
      },
    }),
  },
  ...reads("autoscaling", ["DescribeAutoScalingGroups", "DescribeScalingActivities"], {
    request: (scene) => ({
      autoScalingGroupNames: [`${scene.account.app}-fleet`],
      maxRecords: 100,
    }),
  }),
];

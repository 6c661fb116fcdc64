import { assumedRole, awsService, type Caller, iamUser, serviceRole } from "./callers.ts";
import type { Account, Organization, Person } from "./organization.ts";
import { hashText, Prng } from "./prng.ts";
import { randomHex } from "./random_text.ts";
import { HOLES } from "./template.ts";
import { userAgentOf } from "./user_agents.ts";
import {
  AUDIT_WORK,
  CONSOLE_WORK,
  DEPLOY_WORK,
  FUNCTION_WORK,
  NODE_WORK,
  SERVER_WORK,
  SIGN_IN_WORK,
  type Work,
} from "./work.ts";

/** When someone is active: office hours, around the clock, or in bursts at night. */
export type Rhythm = "office" | "always" | "night";

/** A caller with a job. */
export interface Principal {
  /** Unique in its account. */
  readonly name: string;
  readonly caller: Caller;
  readonly person: Person;
  readonly actions: Work;
  readonly weight: number;
  readonly rhythm: Rhythm;
  /** Most calls in a row. */
  readonly burstMax: number;
}

/** Everyone who works in an account, people and machines. */
export function listPrincipals(organization: Organization, account: Account): readonly Principal[] {
  const prng = new Prng(hashText(account.id) ^ organization.seed, "workforce");
  const endpoint = `vpce-0${randomHex(prng, 16)}`;
  const firstPerson = prng.below(organization.people.length);
  const people = [0, 1, 2].map((step) => {
    return organization.people[(firstPerson + step * 7) % organization.people.length];
  });
  const running = account.kind === "production"
    ? 1
    : account.kind === "staging" || account.kind === "development"
    ? 0.4
    : 0;
  const principals: Principal[] = [
    ...people.map((person, index) => makePerson(account, person, index)),
    makePipeline(account, people[0], running),
    ...scanners(organization, people[0]),
    ...services(account, people[0]),
  ];
  if (running > 0) principals.push(...servers(account, people[0], running, endpoint));
  if (account.kind === "management") {
    principals.push(consoleUser(people[1]));
    principals.push(...organization.people.map(signingIn));
  }
  return principals;
}

function makePerson(account: Account, person: Person, index: number): Principal {
  const permissionSet = index === 0 ? "PlatformAdmin" : index === 1 ? "PowerUser" : "ReadOnly";
  const suffix = randomHex(new Prng(hashText(account.id), permissionSet), 16);
  const terminal = index === 1;
  return {
    name: person.name,
    person,
    caller: {
      userIdentity: (scene) =>
        assumedRole(scene, {
          name: `AWSReservedSSO_${permissionSet}_${suffix}`,
          path: `/aws-reserved/sso.amazonaws.com/${scene.organization.partition.homeRegion}/`,
          session: person.email,
          mfa: true,
        }),
      sourceIPAddress: (scene) => scene.prng.pick(person.addresses),
      userAgent: (scene) => userAgentOf(terminal ? "terminal" : "browser", scene.prng),
      ...(terminal ? {} : { console: true as const }),
    },
    actions: CONSOLE_WORK,
    weight: account.kind === "sandbox" || account.kind === "development" ? 9 : 4,
    rhythm: "office",
    burstMax: 24,
  };
}

function makePipeline(account: Account, person: Person, running: number): Principal {
  return {
    name: "github-actions-deploy",
    person,
    caller: {
      userIdentity: (scene) =>
        assumedRole(scene, {
          name: "github-actions-deploy",
          session: "GitHubActions",
          provider: `arn:${scene.organization.partition.name}:iam::${account.id}:` +
            "oidc-provider/token.actions.githubusercontent.com",
        }),
      sourceIPAddress: (scene) =>
        `${scene.prng.pick(["20.57", "40.76", "52.234", "172.183"])}.${scene.prng.below(256)}.${
          scene.prng.between(1, 254)
        }`,
      userAgent: (scene) => userAgentOf("terraform", scene.prng),
    },
    actions: DEPLOY_WORK,
    weight: running > 0 ? 16 : 8,
    rhythm: "office",
    burstMax: 160,
  };
}

function scanners(organization: Organization, person: Person): Principal[] {
  return ["posture-scanner", "cost-inventory"].map((name, index): Principal => ({
    name,
    person,
    caller: {
      userIdentity: (scene) =>
        assumedRole(scene, { name, session: `${name}-${organization.id.slice(2, 8)}` }),
      sourceIPAddress: () => (index === 0 ? "198.51.100.180" : "198.51.100.201"),
      userAgent: (scene) => userAgentOf("sdk", scene.prng),
    },
    actions: AUDIT_WORK,
    weight: index === 0 ? 22 : 6,
    rhythm: index === 0 ? "always" : "night",
    burstMax: 220,
  }));
}

function services(account: Account, person: Person): Principal[] {
  const shared = { person, rhythm: "always" as const, burstMax: 12 };
  return [
    {
      ...shared,
      name: "config-recorder",
      caller: serviceRole("config.amazonaws.com", {
        name: "AWSServiceRoleForConfig",
        session: "AWSConfig-Describe",
        linked: true,
      }),
      actions: { "ec2:*": 20, "s3:*": 20, "iam:*": 12, "kms:*": 5, "rds:*": 5, "lambda:*": 5 },
      weight: 10,
      burstMax: 90,
    },
    {
      ...shared,
      name: "cloudtrail",
      caller: awsService("cloudtrail.amazonaws.com"),
      actions: { "s3:GetBucketAcl": 4, "kms:GenerateDataKey": 6 },
      weight: account.kind === "log-archive" ? 40 : 2,
    },
    {
      ...shared,
      name: "ec2-service",
      caller: awsService("ec2.amazonaws.com"),
      actions: { "sts:AssumeRole": 10 },
      weight: 4,
    },
    {
      ...shared,
      name: "lambda-service",
      caller: awsService("lambda.amazonaws.com"),
      actions: { "sts:AssumeRole": 10, "kms:Decrypt": 2 },
      weight: 6,
    },
    {
      ...shared,
      name: "autoscaling",
      caller: serviceRole("autoscaling.amazonaws.com", {
        name: "AWSServiceRoleForAutoScaling",
        session: "AutoScaling",
        linked: true,
      }),
      actions: {
        "ec2:DescribeInstances": 10,
        "ec2:DescribeInstanceStatus": 10,
        "elasticloadbalancing:DescribeTargetHealth": 8,
        "ec2:RunInstances": 1,
        "ec2:TerminateInstances": 1,
        "ec2:CreateTags": 1,
        "kms:CreateGrant": 1,
      },
      weight: 6,
    },
    {
      ...shared,
      name: "backup",
      rhythm: "night",
      caller: serviceRole("dlm.amazonaws.com", {
        name: "AWSDataLifecycleManagerDefaultRole",
        session: "AWSDataLifecycleManager",
      }),
      actions: { "ec2:DescribeVolumes": 4, "ec2:DescribeSnapshots": 4, "ec2:CreateSnapshot": 6 },
      weight: 1,
    },
    {
      ...shared,
      name: "config-rules",
      caller: serviceRole("lambda.amazonaws.com", {
        name: "compliance-rules",
        session: "compliance-rules",
      }),
      actions: { "config:PutEvaluations": 10, "config:*": 2, "securityhub:*": 2 },
      weight: account.kind === "security" ? 20 : 2,
    },
  ];
}

function servers(
  account: Account,
  person: Person,
  share: number,
  vpcEndpointId: string,
): Principal[] {
  const fleet = (name: string, weight: number, actions: Work): Principal => ({
    name,
    person,
    caller: {
      userIdentity: (scene) =>
        assumedRole(scene, { name, session: `i-0${randomHex(scene.prng, 16)}`, ec2: true }),
      sourceIPAddress: (scene) =>
        `${account.network}.${scene.prng.below(64)}.${scene.prng.between(4, 250)}`,
      userAgent: (scene) => userAgentOf("server", scene.prng),
      vpcEndpointId,
    },
    actions,
    weight: weight * share,
    rhythm: "always",
    burstMax: 60,
  });
  const functions = account.functions.slice(0, 3).map((name): Principal => ({
    name: `${name}-role`,
    person,
    caller: {
      userIdentity: (scene) => assumedRole(scene, { name: `${name}-role`, session: name }),
      sourceIPAddress: (scene) => scene.prng.pick(account.egressAddresses),
      userAgent: (scene) => userAgentOf("function", scene.prng),
    },
    actions: FUNCTION_WORK,
    weight: 14 * share,
    rhythm: "always",
    burstMax: 30,
  }));
  return [
    fleet(`${account.app}-api`, 40, SERVER_WORK),
    fleet(`${account.app}-worker`, 28, SERVER_WORK),
    fleet("eks-node", 12, NODE_WORK),
    ...functions,
  ];
}

/** Someone who signs in; such events are delivered in the account that holds Identity Center. */
function signingIn(person: Person): Principal {
  return {
    name: `sign-in/${person.name}`,
    person,
    caller: {
      userIdentity: (scene) => ({
        type: "IdentityCenterUser",
        accountId: scene.account.id,
        onBehalfOf: {
          userId: person.userId,
          identityStoreArn: `arn:${scene.organization.partition.name}:identitystore::` +
            `${scene.account.id}:identitystore/d-90677a5b1c`,
        },
        credentialId: HOLES.uuid,
      }),
      sourceIPAddress: (scene) => scene.prng.pick(person.addresses),
      userAgent: (scene) => userAgentOf("browser", scene.prng),
    },
    actions: SIGN_IN_WORK,
    weight: 1,
    rhythm: "office",
    burstMax: 4,
  };
}

/** The organization's few users with passwords: they sign in with a second factor. */
function consoleUser(person: Person): Principal {
  return {
    name: "billing-reader",
    person,
    caller: {
      userIdentity: (scene) => iamUser(scene, { name: "billing-reader", mfa: true }),
      sourceIPAddress: () => person.addresses[0],
      userAgent: (scene) => userAgentOf("browser", scene.prng),
      console: true,
    },
    actions: {
      "signin:ConsoleLogin": 2,
      "ec2:DescribeRegions": 6,
      "monitoring:*": 8,
      "health:*": 6,
    },
    weight: 2,
    rhythm: "office",
    burstMax: 8,
  };
}

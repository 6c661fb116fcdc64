import { hashText, Prng } from "./prng.ts";
import { randomBase32 } from "./random_text.ts";
import { arn, type Scene } from "./scene.ts";
import { HOLES } from "./template.ts";

/** Who makes a call: `userIdentity` and what goes with it. */
export interface Caller {
  readonly userIdentity: (scene: Scene) => Record<string, unknown>;
  readonly sourceIPAddress: (scene: Scene) => string;
  readonly userAgent: (scene: Scene) => string;
  /** From the console: `sessionCredentialFromConsole`. */
  readonly console?: true;
  /** An AWS service on one's behalf: no TLS details. */
  readonly internal?: true;
  /** Through an interface endpoint. */
  readonly vpcEndpointId?: string;
}

/** An id like `AROA…` that belongs to one name in one account for ever. */
export function stableId(scene: Scene, prefix: string, name: string): string {
  const prng = new Prng(hashText(`${scene.account.id}/${name}`), prefix);
  return prefix + randomBase32(prng, 17);
}

/** A role's session. `key` is the access key id; default: that of the burst. */
export function assumedRole(
  scene: Scene,
  role: {
    readonly name: string;
    readonly path?: string;
    readonly session: string;
    readonly mfa?: boolean;
    readonly key?: string;
    readonly provider?: string;
    readonly ec2?: boolean;
  },
): Record<string, unknown> {
  const roleId = stableId(scene, "AROA", role.name);
  return {
    type: "AssumedRole",
    principalId: `${roleId}:${role.session}`,
    arn: arn(scene, "sts", `assumed-role/${role.name}/${role.session}`),
    accountId: scene.account.id,
    accessKeyId: role.key ?? `ASIA${HOLES.sessionKey}`,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: roleId,
        arn: arn(scene, "iam", `role${role.path ?? "/"}${role.name}`),
        accountId: scene.account.id,
        userName: role.name,
      },
      ...(role.provider === undefined
        ? {}
        : { webIdFederationData: { federatedProvider: role.provider, attributes: {} } }),
      attributes: {
        creationDate: HOLES.sessionTime,
        mfaAuthenticated: role.mfa === true ? "true" : "false",
      },
      ...(role.ec2 === true ? { ec2RoleDelivery: "2.0" } : {}),
    },
  };
}

/** A user with long-lived keys; with `mfa` given, in a session of the console. */
export function iamUser(
  scene: Scene,
  user: { readonly name: string; readonly key?: string; readonly mfa?: boolean },
): Record<string, unknown> {
  return {
    type: "IAMUser",
    principalId: stableId(scene, "AIDA", user.name),
    arn: arn(scene, "iam", `user/${user.name}`),
    accountId: scene.account.id,
    accessKeyId: user.key ??
      (user.mfa === undefined
        ? stableId(scene, "AKIA", user.name).slice(0, 20)
        : `ASIA${HOLES.sessionKey}`),
    userName: user.name,
    ...(user.mfa === undefined ? {} : {
      sessionContext: {
        attributes: { creationDate: HOLES.sessionTime, mfaAuthenticated: String(user.mfa) },
      },
    }),
  };
}

/** The account's root user. */
export function rootUser(
  scene: Scene,
  options: { readonly mfa: boolean },
): Record<string, unknown> {
  return {
    type: "Root",
    principalId: scene.account.id,
    arn: arn(scene, "iam", "root"),
    accountId: scene.account.id,
    accessKeyId: `ASIA${HOLES.sessionKey}`,
    sessionContext: {
      attributes: { creationDate: HOLES.sessionTime, mfaAuthenticated: String(options.mfa) },
    },
  };
}

/** A service acting by itself, e.g. `config.amazonaws.com`. */
export function awsService(host: string): Caller {
  return {
    userIdentity: () => ({ type: "AWSService", invokedBy: host }),
    sourceIPAddress: () => host,
    userAgent: () => host,
    internal: true,
  };
}

/** A role whose credentials a service uses: a service-linked role with `linked`. */
export function serviceRole(
  host: string,
  role: { readonly name: string; readonly session: string; readonly linked?: boolean },
): Caller {
  return {
    userIdentity: (scene) => ({
      ...assumedRole(scene, {
        name: role.name,
        session: role.session,
        path: role.linked === true ? `/aws-service-role/${host}/` : "/service-role/",
      }),
      invokedBy: host,
    }),
    sourceIPAddress: () => host,
    userAgent: () => host,
    internal: true,
  };
}

import { assumedRole, iamUser, rootUser } from "../callers.ts";
import { HOLES } from "../template.ts";
import { DENIED, type StoryScript, type StoryTeller, UNAUTHORIZED } from "./teller.ts";

/** A failed login has a message but no code. */
const FAILED = { message: "Failed authentication" };

function login(mfaUsed: boolean, result: "Success" | "Failure") {
  return {
    service: "signin",
    name: "ConsoleLogin",
    write: true as const,
    global: true as const,
    eventType: "AwsConsoleSignIn" as const,
    response: () => ({ ConsoleLogin: result }),
    additional: () => ({
      LoginTo: "https://console.aws.amazon.com/console/home?state=hashArgs%23&isauthcode=true",
      MobileVersion: "No",
      MFAUsed: mfaUsed ? "Yes" : "No",
    }),
  };
}

function createAccessKey(userName: string) {
  return {
    service: "iam",
    name: "CreateAccessKey",
    write: true as const,
    global: true as const,
    request: () => ({ userName }),
    response: () => ({
      accessKey: {
        userName,
        accessKeyId: `AKIA${HOLES.token}`,
        status: "Active",
        createDate: HOLES.time,
      },
    }),
  };
}

/** Stories about getting in, and about being more than one was. */
export const ACCESS_STORIES: readonly StoryScript[] = [
  {
    name: "leaked-access-key",
    title: "Leaked access key used from abroad",
    description:
      "The key of a reporting user, committed to a public repository, is tried from an " +
      "unknown network: it looks around, is refused at times, and makes keys for an administrator.",
    tactic: "persistence",
    ruleIdeas: ["access-key-created-for-another-user"],
    in: "production",
    tell(teller: StoryTeller) {
      const thief = teller.keyThief("svc-reporting");
      teller.call(thief, { service: "sts", name: "GetCallerIdentity" });
      teller.look(thief, "iam", ["ListUsers", "ListRoles", "ListAttachedUserPolicies"], true);
      teller.call(thief, { service: "s3", name: "ListBuckets" });
      teller.look(thief, "ec2", ["DescribeInstances", "DescribeRegions"]);
      teller.call(thief, { service: "organizations", name: "ListAccounts", global: true }, {
        error: DENIED,
      });
      teller.call(thief, { service: "ses", name: "GetSendQuota" });
      teller.call(thief, createAccessKey("ops-admin"));
    },
  },
  {
    name: "key-for-another-user",
    title: "Access key made for a dormant administrator",
    description: "A developer's session adds keys to two users that nobody has used for a year.",
    tactic: "persistence",
    ruleIdeas: ["access-key-created-for-another-user"],
    in: "development",
    tell(teller) {
      const thief = teller.keyThief("build-agent");
      teller.look(thief, "iam", ["ListUsers", "ListAccessKeys", "GetAccessKeyLastUsed"], true);
      teller.call(thief, createAccessKey("legacy-admin"));
      teller.call(thief, createAccessKey("breakglass"));
    },
  },
  {
    name: "root-login-without-mfa",
    title: "Root signs in without a second factor",
    description:
      "Someone resets the root password of a sandbox and signs in without MFA, then makes " +
      "an access key for root.",
    tactic: "initial-access",
    ruleIdeas: ["root-use", "console-login-without-mfa"],
    in: "sandbox",
    tell(teller) {
      const root = teller.stranger((scene) => rootUser(scene, { mfa: false }), { browser: true });
      for (const name of ["PasswordRecoveryRequested", "PasswordRecoveryCompleted"]) {
        teller.call(root, {
          service: "signin",
          name,
          write: true,
          global: true,
          eventType: "AwsConsoleSignIn",
          response: () => ({ [name]: "Success" }),
        });
      }
      teller.call(root, login(false, "Success"));
      teller.look(root, "iam", ["GetAccountSummary", "ListAccessKeys"], true);
      teller.call(root, {
        service: "iam",
        name: "CreateAccessKey",
        write: true,
        global: true,
        response: () => ({ accessKey: { accessKeyId: "AKIA5ZQ7M3XKVN2RTLPW", status: "Active" } }),
      });
    },
  },
  {
    name: "console-login-without-mfa",
    title: "Contractor's password used without a second factor",
    description:
      "A forgotten user of the console signs in from an unknown network without MFA and " +
      "reads what is billed and stored.",
    tactic: "initial-access",
    ruleIdeas: ["console-login-without-mfa"],
    in: "staging",
    tell(teller) {
      const user = teller.stranger(
        (scene) => iamUser(scene, { name: "contractor-2023", mfa: false }),
        { browser: true },
      );
      teller.call(user, login(false, "Success"));
      teller.look(user, "ec2", ["DescribeRegions", "DescribeInstances", "DescribeVolumes"]);
      teller.call(user, { service: "s3", name: "ListBuckets" });
      teller.look(user, "ce", ["GetCostAndUsage"], true);
    },
  },
  {
    name: "console-brute-force",
    title: "Passwords guessed at the console",
    description: "Fourteen wrong passwords for one user within minutes, then the right one.",
    tactic: "credential-access",
    ruleIdeas: ["failed-console-logins", "console-login-without-mfa"],
    in: "management",
    tell(teller) {
      const guesser = teller.stranger(
        (scene) => ({
          type: "IAMUser",
          principalId: iamUser(scene, { name: "finance-export" }).principalId,
          accountId: scene.account.id,
          accessKeyId: "",
          userName: "finance-export",
        }),
        { browser: true },
      );
      for (let attempt = 0; attempt < 14; attempt++) {
        teller.call(guesser, login(false, "Failure"), { error: FAILED });
      }
      const user = teller.stranger(
        (scene) => iamUser(scene, { name: "finance-export", mfa: false }),
        { browser: true },
      );
      teller.call(user, login(false, "Success"));
      teller.look(user, "iam", ["GetUser", "ListAttachedUserPolicies"], true);
    },
  },
  {
    name: "policy-version-widened",
    title: "Policy widened to everything",
    description:
      "A user who may edit one policy makes a new default version of it that allows all.",
    tactic: "privilege-escalation",
    ruleIdeas: ["iam-policy-widened"],
    in: "development",
    tell(teller) {
      const thief = teller.keyThief("data-import");
      const policyArn = `arn:${teller.organization.partition.name}:iam::${teller.account.id}:` +
        `policy/${teller.account.app}-import`;
      teller.look(thief, "iam", ["ListAttachedUserPolicies", "GetPolicyVersion"], true);
      teller.call(thief, { service: "iam", name: "ListUsers", global: true }, { error: DENIED });
      teller.call(thief, {
        service: "iam",
        name: "CreatePolicyVersion",
        write: true,
        global: true,
        request: () => ({
          policyArn,
          policyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
          }),
          setAsDefault: true,
        }),
        response: () => ({
          policyVersion: { versionId: "v5", isDefaultVersion: true, createDate: HOLES.time },
        }),
      });
      teller.look(thief, "iam", ["ListUsers", "ListRoles"], true);
    },
  },
  {
    name: "administrator-attached",
    title: "New user made administrator",
    description: "A stolen deployment key makes a user, gives it a password and full rights.",
    tactic: "persistence",
    ruleIdeas: ["iam-policy-widened", "access-key-created-for-another-user"],
    in: "staging",
    tell(teller) {
      const thief = teller.keyThief("jenkins");
      const userName = "aws-support-sync";
      const change = (name: string, request: Record<string, unknown>) =>
        teller.call(thief, {
          service: "iam",
          name,
          write: true,
          global: true,
          request: () => ({ userName, ...request }),
        });
      change("CreateUser", { tags: [] });
      change("CreateLoginProfile", { passwordResetRequired: false });
      change("AttachUserPolicy", {
        policyArn: `arn:${teller.organization.partition.name}:iam::aws:policy/AdministratorAccess`,
      });
      teller.call(thief, createAccessKey(userName));
    },
  },
  {
    name: "password-policy-weakened",
    title: "Password policy weakened",
    description: "Minimum length and expiry are taken away before passwords are set on two users.",
    tactic: "defense-evasion",
    ruleIdeas: ["password-policy-weakened"],
    in: "management",
    tell(teller) {
      const thief = teller.keyThief("idp-sync");
      teller.look(thief, "iam", ["GetAccountPasswordPolicy"], true);
      teller.call(thief, {
        service: "iam",
        name: "UpdateAccountPasswordPolicy",
        write: true,
        global: true,
        request: () => ({
          minimumPasswordLength: 6,
          requireSymbols: false,
          requireNumbers: false,
          requireUppercaseCharacters: false,
          requireLowercaseCharacters: false,
          allowUsersToChangePassword: true,
          hardExpiry: false,
        }),
      });
      for (const userName of ["archive-user", "old-operator"]) {
        teller.call(thief, {
          service: "iam",
          name: "UpdateLoginProfile",
          write: true,
          global: true,
          request: () => ({ userName, passwordResetRequired: false }),
        });
      }
    },
  },
  {
    name: "instance-credentials-stolen",
    title: "Instance's credentials used from outside",
    description:
      "A server's role is used from the internet after a request forgery: user data is " +
      "read, a key is pushed to two instances, much is refused.",
    tactic: "lateral-movement",
    ruleIdeas: [],
    in: "production",
    tell(teller) {
      const instance = teller.id("i");
      const thief = teller.stranger((scene) =>
        assumedRole(scene, { name: `${scene.account.app}-api`, session: instance, ec2: true })
      );
      teller.call(thief, { service: "sts", name: "GetCallerIdentity" });
      teller.look(thief, "ec2", ["DescribeInstances", "DescribeSecurityGroups"]);
      for (let step = 0; step < 6; step++) {
        teller.call(thief, {
          service: "ec2",
          name: "DescribeInstanceAttribute",
          request: () => ({ instanceId: teller.id("i"), attribute: "userData" }),
        });
      }
      for (let step = 0; step < 2; step++) {
        teller.call(thief, {
          service: "ec2-instance-connect",
          name: "SendSSHPublicKey",
          write: true,
          request: () => ({
            instanceId: teller.id("i"),
            instanceOSUser: "ec2-user",
            sSHPublicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKx",
          }),
          response: () => ({ success: true, requestId: HOLES.uuid }),
        });
      }
      teller.call(thief, { service: "ec2", name: "GetPasswordData" }, { error: UNAUTHORIZED });
    },
  },
];

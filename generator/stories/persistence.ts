import { arn } from "../scene.ts";
import { credentials, HOLES } from "../template.ts";
import type { StoryScript } from "./teller.ts";

/** Stories about coming back later. */
export const PERSISTENCE_STORIES: readonly StoryScript[] = [
  {
    name: "role-backdoor",
    title: "Role that trusts a foreign account",
    description:
      "The trust policy of an administrator's role is changed to a foreign account, which " +
      "then assumes it.",
    tactic: "persistence",
    ruleIdeas: [],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("release-bot");
      const roleName = `${teller.account.app}-admin`;
      teller.look(thief, "iam", ["ListRoles", "GetRole"], true);
      teller.call(thief, {
        service: "iam",
        name: "UpdateAssumeRolePolicy",
        write: true,
        global: true,
        request: (scene) => ({
          roleName,
          policyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{
              Effect: "Allow",
              Principal: {
                AWS: `arn:${scene.organization.partition.name}:iam::${teller.foreignAccount}:root`,
              },
              Action: "sts:AssumeRole",
            }],
          }),
        }),
      });
      teller.wait(10);
      const foreigner = teller.stranger(() => ({
        type: "AWSAccount",
        principalId: "AIDAV7QKXN2MZJ4TLRBEW",
        accountId: teller.foreignAccount,
      }));
      teller.call(foreigner, {
        service: "sts",
        name: "AssumeRole",
        request: (scene) => ({
          roleArn: arn(scene, "iam", `role/${roleName}`),
          roleSessionName: "maintenance",
        }),
        response: (scene) => ({
          credentials: { accessKeyId: `ASIA${HOLES.token}`, ...credentials() },
          assumedRoleUser: {
            assumedRoleId: "AROA3NZK7QWXLTVBM5RCJ:maintenance",
            arn: arn(scene, "sts", `assumed-role/${roleName}/maintenance`),
          },
        }),
      });
    },
  },
  {
    name: "lambda-backdoor",
    title: "Function's code replaced and opened to a stranger",
    description:
      "A function gets new code, a foreign account may invoke it, and a public URL is added.",
    tactic: "persistence",
    ruleIdeas: [],
    in: "production",
    tell(teller) {
      const thief = teller.keyThief("serverless-deploy");
      const functionName = teller.account.functions[3];
      teller.look(thief, "lambda", ["ListFunctions20150331"]);
      teller.call(thief, {
        service: "lambda",
        name: "UpdateFunctionCode20150331v2",
        write: true,
        request: () => ({ functionName, publish: true, dryRun: false }),
        response: (scene) => ({
          functionName,
          functionArn: arn(scene, "lambda", `function:${functionName}`),
          codeSize: 48211,
          version: "31",
        }),
      });
      teller.call(thief, {
        service: "lambda",
        name: "AddPermission20150331v2",
        write: true,
        request: () => ({
          functionName,
          statementId: "support",
          action: "lambda:InvokeFunction",
          principal: teller.foreignAccount,
        }),
      });
      teller.call(thief, {
        service: "lambda",
        name: "CreateFunctionUrlConfig",
        write: true,
        request: () => ({ functionName, authType: "NONE" }),
      });
    },
  },
  {
    name: "permission-set-backdoor",
    title: "Permission set with full rights assigned",
    description:
      "In Identity Center a permission set gets full rights and is assigned to a user made " +
      "minutes before.",
    tactic: "persistence",
    ruleIdeas: [],
    in: "management",
    tell(teller) {
      const thief = teller.keyThief("directory-sync");
      const instanceArn =
        `arn:${teller.organization.partition.name}:sso:::instance/ssoins-7223a1b4`;
      const permissionSetArn = `${instanceArn}/ps-9d1c4b7a20e35f68`;
      const change = (service: string, name: string, request: Record<string, unknown>) =>
        teller.call(thief, { service, name, write: true, request: () => request });
      change("identitystore", "CreateUser", {
        identityStoreId: "d-90677a5b1c",
        userName: "HIDDEN_DUE_TO_SECURITY_REASONS",
      });
      change("sso", "CreatePermissionSet", { instanceArn, name: "SupportTier2" });
      change("sso", "AttachManagedPolicyToPermissionSet", {
        instanceArn,
        permissionSetArn,
        managedPolicyArn:
          `arn:${teller.organization.partition.name}:iam::aws:policy/AdministratorAccess`,
      });
      change("sso", "CreateAccountAssignment", {
        instanceArn,
        permissionSetArn,
        targetId: teller.account.id,
        targetType: "AWS_ACCOUNT",
        principalType: "USER",
        principalId: "b4c8d4e8-2061-70a5-9d3f-2f1f0f5a7e11",
      });
    },
  },
];

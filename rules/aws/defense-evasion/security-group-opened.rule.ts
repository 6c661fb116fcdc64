import { defineRule, type EventView } from "trailsieve/rule";
import {
  actorOf,
  asList,
  asObject,
  asText,
  isWorldCidr,
  type JsonObject,
  readName,
  readText,
  succeeded,
} from "../lib/mod.ts";

/** Ports that public web servers answer on; opening them to everyone is what they are for. */
const WEB_PORTS = new Set([80, 443]);
const CALLS = ["AuthorizeSecurityGroupIngress", "ModifySecurityGroupRules"];

export default defineRule({
  id: "security-group-opened",
  title: "Security group opened to the world",
  level: "medium",
  description:
    "An inbound rule admits the whole Internet, by IPv4 or IPv6, to something other than a web port. " +
    "Blocks as wide as half the Internet count too.",
  author: "Trailsieve",
  tags: ["attack.defense-evasion", "attack.initial-access", "attack.t1562.007"],
  references: [
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html",
    "https://attack.mitre.org/techniques/T1562/007/",
  ],
  falsePositives: [
    "Services that are meant for everyone on a port of their own, such as mail, DNS or a VPN gateway",
  ],
  eventSources: ["ec2.amazonaws.com"],
  eventNames: CALLS,
  matches(event) {
    return readText(event, "eventSource") === "ec2.amazonaws.com" &&
      CALLS.includes(readText(event, "eventName") ?? "") && succeeded(event) &&
      permissionsOf(event).some(opensToWorld);
  },
  alertTitle: (event) =>
    `Security group ${groupOf(event)} opened to the world by ${actorOf(event)}`,
  dedupKey: (event) => `security-group-opened:${groupOf(event)}`,
});

/** One inbound permission, whichever way the call spelled it. */
interface Permission {
  readonly protocol: string | undefined;
  readonly fromPort: number | undefined;
  readonly toPort: number | undefined;
  readonly cidrs: readonly string[];
}

/** A call names its permissions in a list, or a single one beside the group, or in rules to replace. */
function permissionsOf(event: EventView): readonly Permission[] {
  const request = asObject(event.get("requestParameters"));
  if (request === undefined) return [];
  const listed = asList(request.ipPermissions).map(asObject);
  const replaced = asList(asObject(request.ModifySecurityGroupRulesRequest)?.SecurityGroupRule)
    .map((rule) => asObject(asObject(rule)?.SecurityGroupRule));
  return [request, ...listed, ...replaced].flatMap((shape) =>
    shape === undefined ? [] : [readPermission(shape)]
  );
}

function readPermission(shape: JsonObject): Permission {
  const ranges = [...asList(shape.ipRanges), ...asList(shape.ipv6Ranges)].map(asObject);
  const cidrs = [shape, ...ranges].flatMap((range) => [
    asText(range?.cidrIp),
    asText(range?.cidrIpv6),
    asText(range?.CidrIpv4),
    asText(range?.CidrIpv6),
  ]);
  return {
    protocol: asText(shape.ipProtocol ?? shape.IpProtocol)?.toLowerCase(),
    fromPort: asPort(shape.fromPort ?? shape.FromPort),
    toPort: asPort(shape.toPort ?? shape.ToPort),
    cidrs: cidrs.filter((cidr) => cidr !== undefined),
  };
}

function asPort(value: unknown): number | undefined {
  const text = asText(value);
  return text === undefined ? undefined : Number(text);
}

function opensToWorld(permission: Permission): boolean {
  return permission.cidrs.some(isWorldCidr) && !isPing(permission) && !isWebOnly(permission);
}

function isPing(permission: Permission): boolean {
  return ["icmp", "icmpv6", "1", "58"].includes(permission.protocol ?? "");
}

function isWebOnly(permission: Permission): boolean {
  const { fromPort, toPort } = permission;
  return fromPort !== undefined && fromPort === toPort && WEB_PORTS.has(fromPort) &&
    permission.protocol !== "-1";
}

function groupOf(event: EventView): string {
  return readName(
    event,
    "requestParameters.groupId",
    "requestParameters.groupName",
    "requestParameters.ModifySecurityGroupRulesRequest.GroupId",
  );
}

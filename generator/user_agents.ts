import type { Prng } from "./prng.ts";

const USER_AGENTS = {
  browser: [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15",
    "AWS Internal",
  ],
  terminal: [
    "aws-cli/2.31.4 md/awscrt#0.27.6 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.7 md/installer#exe",
    "aws-cli/2.28.11 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-79-generic md/arch#x86_64 lang/python#3.13.4 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off",
  ],
  terraform: [
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.1 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64",
  ],
  sdk: [
    "Boto3/1.40.44 md/Botocore#1.40.44 ua/2.1 os/linux#5.10.240 lang/python#3.12.11",
  ],
  server: [
    "aws-sdk-java/2.34.8 ua/2.1 os/Linux#6.1.150 lang/java#21.0.8",
    "aws-sdk-go-v2/1.39.2 ua/2.1 os/linux lang/go#1.25.1 md/GOOS#linux md/GOARCH#arm64",
    "amazon-ssm-agent/3.3.1611.0 aws-sdk-go/1.55.5 (go1.23.4; linux; amd64)",
  ],
  function: [
    "aws-sdk-js/3.901.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.19.0",
    "Boto3/1.40.4 md/Botocore#1.40.4 ua/2.1 os/linux#5.10.245 md/arch#arm64",
  ],
  attacker: [
    "Boto3/1.26.45 Python/3.10.6 Linux/6.1.0-kali9-amd64 Botocore/1.29.45",
    "aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-91-generic botocore/1.23.34",
    "Go-http-client/1.1",
  ],
} as const;

/** How a client of this sort names itself. */
export function userAgentOf(client: keyof typeof USER_AGENTS, prng: Prng): string {
  return prng.pick(USER_AGENTS[client]);
}

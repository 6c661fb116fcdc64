/** What differs between AWS's partitions, as far as CloudTrail shows it. */
export interface Partition {
  readonly name: "aws" | "aws-cn" | "aws-us-gov";
  /** Where the events of global services (IAM, STS, sign-in, CloudFront, Route 53) are delivered. */
  readonly homeRegion: string;
  readonly defaultRegions: readonly string[];
  /** A region that the organization does not use by default, where the partition has so many. */
  readonly unusedRegion: string;
  /** The end of host names. */
  readonly dnsSuffix: string;
  readonly signInHost: string;
}

export const PARTITIONS: Readonly<Record<Partition["name"], Partition>> = {
  "aws": {
    name: "aws",
    homeRegion: "us-east-1",
    defaultRegions: [
      "us-east-1",
      "eu-central-1",
      "eu-west-1",
      "us-west-2",
      "ap-southeast-2",
      "ap-northeast-1",
    ],
    unusedRegion: "sa-east-1",
    dnsSuffix: "amazonaws.com",
    signInHost: "signin.aws.amazon.com",
  },
  "aws-cn": {
    name: "aws-cn",
    homeRegion: "cn-north-1",
    defaultRegions: ["cn-north-1", "cn-northwest-1"],
    unusedRegion: "cn-northwest-1",
    dnsSuffix: "amazonaws.com.cn",
    signInHost: "signin.amazonaws.cn",
  },
  "aws-us-gov": {
    name: "aws-us-gov",
    homeRegion: "us-gov-west-1",
    defaultRegions: ["us-gov-west-1", "us-gov-east-1"],
    unusedRegion: "us-gov-east-1",
    dnsSuffix: "amazonaws.com",
    signInHost: "signin.amazonaws-us-gov.com",
  },
};

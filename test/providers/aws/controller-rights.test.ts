import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAllowed, type Request } from './policies.ts';

const STACK = 'arn:aws:cloudformation:eu-west-3:123456789012:stack';
const GROUP = 'arn:aws:autoscaling:eu-west-3:123456789012:autoScalingGroup:0f0e:autoScalingGroupName';
const ROLE = 'arn:aws:iam::123456789012:role';
const own = `${STACK}/skep-one-Pool-web/1a2b`;

/** Every command of the code, as IAM is asked about it (Service Authorization Reference). */
const NEEDED: Readonly<Record<string, Request>> = {
  DescribeStacks: { action: 'cloudformation:DescribeStacks', resource: `${STACK}/*/*` },
  CreateChangeSet: { action: 'cloudformation:CreateChangeSet', resource: own },
  DescribeChangeSet: { action: 'cloudformation:DescribeChangeSet', resource: own },
  ExecuteChangeSet: { action: 'cloudformation:ExecuteChangeSet', resource: own },
  DeleteChangeSet: { action: 'cloudformation:DeleteChangeSet', resource: own },
  DescribeStackEvents: { action: 'cloudformation:DescribeStackEvents', resource: `${STACK}/skep-one-Base/1a2b` },
  UpdateTerminationProtection: { action: 'cloudformation:UpdateTerminationProtection', resource: own },
  DeleteStack: { action: 'cloudformation:DeleteStack', resource: own },
  DescribeAutoScalingGroups: { action: 'autoscaling:DescribeAutoScalingGroups', resource: '*' },
  DescribeScalingActivities: { action: 'autoscaling:DescribeScalingActivities', resource: '*' },
  SetDesiredCapacity: { action: 'autoscaling:SetDesiredCapacity', resource: `${GROUP}/skep-one-Pool-web` },
  SuspendProcesses: { action: 'autoscaling:SuspendProcesses', resource: `${GROUP}/skep-one-Pool-web` },
  TerminateInstanceInAutoScalingGroup: {
    action: 'autoscaling:TerminateInstanceInAutoScalingGroup',
    resource: `${GROUP}/skep-one-Pool-web`,
  },
};
/** With `RoleARN`. */
const passing = (role: string, service: string): Request => ({
  action: 'iam:PassRole',
  resource: `${ROLE}/${role}`,
  context: { 'iam:PassedToService': service },
});

const REFUSED: readonly Request[] = [
  { action: 'cloudformation:DeleteStack', resource: `${STACK}/skep-account/1a2b` },
  { action: 'cloudformation:CreateChangeSet', resource: `${STACK}/skep-account/1a2b` },
  { action: 'cloudformation:DeleteStack', resource: `${STACK}/billing/1a2b` },
  { action: 'cloudformation:CreateChangeSet', resource: `${STACK}/our-skep-one-Base/1a2b` },
  { action: 'cloudformation:CreateStack', resource: own },
  { action: 'cloudformation:UpdateStack', resource: own },
  { action: 'cloudformation:SetStackPolicy', resource: own },
  { action: 'autoscaling:SetDesiredCapacity', resource: `${GROUP}/billing` },
  { action: 'autoscaling:TerminateInstanceInAutoScalingGroup', resource: `${GROUP}/billing` },
  { action: 'autoscaling:DeleteAutoScalingGroup', resource: `${GROUP}/skep-one-Pool-web` },
  { action: 'autoscaling:ResumeProcesses', resource: `${GROUP}/skep-one-Pool-web` },
  { action: 'autoscaling:StartInstanceRefresh', resource: `${GROUP}/skep-one-Pool-web` },
  { action: 'ec2:TerminateInstances', resource: 'arn:aws:ec2:eu-west-3:123456789012:instance/i-0a' },
  { action: 'ec2:RunInstances', resource: 'arn:aws:ec2:eu-west-3:123456789012:instance/*' },
  { action: 'iam:CreateRole', resource: `${ROLE}/skep/any` },
  passing('skep-stacks-eu-west-3', 'ec2.amazonaws.com'),
  passing('admin', 'cloudformation.amazonaws.com'),
  passing('skep/one', 'cloudformation.amazonaws.com'),
];

describe("the controller's policy", () => {
  it('is asked about every command of the code', () => {
    const folder = new URL('../../../src/providers/aws/', import.meta.url);
    const used = ['cloudformation', 'autoscaling'].flatMap((service) =>
      readdirSync(new URL(`${service}/`, folder)).flatMap((file) => {
        const text = readFileSync(new URL(`${service}/${file}`, folder), 'utf8');
        return [...text.matchAll(/new (\w+)Command\(/g)].map((m) => m[1] ?? '');
      }),
    );
    expect([...new Set(used)].sort()).toEqual(Object.keys(NEEDED).sort());
  });

  it.each(Object.entries(NEEDED))('allows %s', async (_, request) => {
    expect(await isAllowed('controller', request)).toBe(true);
  });

  it('allows CloudFormation alone to be given the role of stacks', async () => {
    const request = passing('skep-stacks-eu-west-3', 'cloudformation.amazonaws.com');
    expect(await isAllowed('controller', request)).toBe(true);
  });

  it.each(REFUSED)('refuses $action on $resource', async (request) => {
    expect(await isAllowed('controller', request)).toBe(false);
  });

  it.each(Object.values(NEEDED))('is not the policy of nodes: $action', async (request) => {
    for (const role of ['manager', 'worker'] as const) expect(await isAllowed(role, request)).toBe(false);
  });

  it.each(['manager', 'worker'] as const)("lets a %s keep the hook of its own cluster's groups alone", async (role) => {
    for (const action of ['autoscaling:RecordLifecycleActionHeartbeat', 'autoscaling:CompleteLifecycleAction']) {
      expect(await isAllowed(role, { action, resource: `${GROUP}/skep-one-Pool-web` })).toBe(true);
      expect(await isAllowed(role, { action, resource: `${GROUP}/skep-one-b-Pool-web` })).toBe(false);
      expect(await isAllowed(role, { action, resource: `${GROUP}/skep-two-Pool-web` })).toBe(false);
    }
  });
});

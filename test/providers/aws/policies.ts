import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';

export type Role = 'worker' | 'manager' | 'controller';
export const ROLES: readonly Role[] = ['worker', 'manager', 'controller'];

const ACCOUNT = '123456789012';
const REGION = 'eu-west-3';
export const arnOf = (instance: string): string => `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${instance}`;
const tableArn = (name: string): string => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;

/** The instance of the cluster `one` whose credentials are tried. */
export const ME = arnOf('i-0a1b2c3d4e5f60718');

/** As CloudFormation fills in `Fn::Sub` in the stack of the cluster `one`. */
const PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  TableName: 'skep',
  ClusterName: 'one',
};

function substituted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(substituted);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Sub' in value) {
    return String(value['Fn::Sub']).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      const known = literal ? `\${${name}}` : PARAMETERS[name];
      if (known === undefined) throw new Error(`no parameter ${name}`);
      return known;
    });
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituted(inner)]));
}

const FOLDER = new URL('../../../manifests/cloudformation/policies/', import.meta.url);
const policies = new Map(
  ROLES.map((role) => [role, substituted(JSON.parse(readFileSync(new URL(`${role}.json`, FOLDER), 'utf8')))]),
);

export interface Try {
  /** Of DynamoDB, e.g. `PutItem`. */
  readonly verb: string;
  /** Partition keys of the request; null: it carries none. */
  readonly partitions: readonly string[] | null;
  /** The instance whose credentials sign it; null: they are no instance's. */
  readonly instance?: string | null;
  /** What a query asks for of each item; absent: all. */
  readonly attributes?: readonly string[];
  readonly table?: string;
}

/** Whether IAM lets a role of the cluster `one` do it, as the simulator judges the shipped policy. */
export function allows(
  role: Role,
  { verb, partitions, instance = ME, attributes, table = 'skep' }: Try,
): Promise<boolean> {
  return isAllowed(role, {
    action: `dynamodb:${verb}`,
    resource: tableArn(table),
    context: {
      ...(partitions && { 'dynamodb:LeadingKeys': [...partitions] }),
      ...(attributes && { 'dynamodb:Attributes': [...attributes], 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' }),
      ...(instance !== null && role !== 'controller' && { 'ec2:SourceInstanceARN': instance }),
    },
  });
}

export interface Request {
  /** E.g. `cloudformation:DeleteStack`. */
  readonly action: string;
  /** ARN; `*`: the action knows no resources. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | string[]>>;
}

/** The same of any service. */
export async function isAllowed(role: Role, { action, resource, context = {} }: Request): Promise<boolean> {
  const judged = await runSimulation(
    {
      request: {
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { ...context },
      },
      identityPolicies: [{ name: role, policy: policies.get(role) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (judged.resultType === 'error') throw new Error(JSON.stringify(judged.errors));
  return judged.overallResult === 'Allowed';
}

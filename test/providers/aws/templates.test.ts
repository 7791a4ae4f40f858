import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTemplate, templateText } from '../../support/cloudformation-template.ts';

const NAMES = ['account', 'base', 'pool'] as const;
const [account, base, pool] = [readTemplate('account'), readTemplate('base'), readTemplate('pool')];
const policy = (role: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../manifests/cloudformation/policies/${role}.json`, import.meta.url), 'utf8'));
const withType = (type: string) =>
  [account, base, pool].flatMap(({ Resources }) => Object.values(Resources).filter(({ Type }) => Type === type));

/** What a node's machine is made of: `LaunchTemplateData`. */
const data = pool.Resources.LaunchTemplate?.Properties.LaunchTemplateData as Readonly<Record<string, unknown>>;

describe('the shipped templates', () => {
  it.each(NAMES)('%s fits into a request, in full', (name) => {
    // Amazon's limit of TemplateBody; larger ones need a bucket.
    expect(Buffer.byteLength(templateText(name))).toBeLessThan(51_200);
  });

  it.each(NAMES)('%s uses all of its parameters, and exports nothing', (name) => {
    const { Parameters, ...rest } = readTemplate(name);
    const text = JSON.stringify(rest);
    const unused = Object.keys(Parameters).filter(
      (key) => !text.includes(`"Ref":"${key}"`) && !text.includes(`\${${key}}`),
    );
    expect(unused).toEqual([]);
    expect(text).not.toContain('"Export"');
  });

  it('carry the policies as they are judged', () => {
    expect(account.Resources.ControllerPolicy?.Properties.PolicyDocument).toEqual(policy('controller'));
    for (const role of ['manager', 'worker']) {
      const name = role === 'manager' ? 'ManagerRole' : 'WorkerRole';
      expect(base.Resources[name]?.Properties.Policies).toEqual([{ PolicyName: role, PolicyDocument: policy(role) }]);
    }
    // The quota of a managed policy, white space aside (IAM and AWS STS quotas).
    expect(JSON.stringify(policy('controller')).length).toBeLessThan(6_144);
  });

  it('leave the number of machines and their replacement to skep', () => {
    const [group] = withType('AWS::AutoScaling::AutoScalingGroup');
    expect(group).not.toHaveProperty('UpdatePolicy');
    expect(group?.Properties).not.toHaveProperty('DesiredCapacity');
    expect(group?.Properties).toMatchObject({
      MinSize: '0',
      HealthCheckType: 'EC2',
      NewInstancesProtectedFromScaleIn: true,
      LaunchTemplate: { Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] } },
    });
  });

  it('hold an instance that is to be terminated, as long as its agent says', () => {
    expect(withType('AWS::AutoScaling::LifecycleHook').map(({ Properties }) => Properties)).toMatchObject([
      {
        LifecycleHookName: 'skep-terminate',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 300,
        DefaultResult: 'CONTINUE',
      },
    ]);
  });

  it('keep containers away from the credentials of their node, disks encrypted, tags readable to the node', () => {
    expect(data.MetadataOptions).toEqual({
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
      InstanceMetadataTags: 'enabled',
    });
    expect(data.BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true, DeleteOnTermination: true } }]);
  });

  it('make a machine of nothing that its hash does not cover or that can change without it', () => {
    const refs = [...JSON.stringify(data).matchAll(/"Ref":"(\w+)"|\$\{(\w+)\}/g)].map((m) => m[1] ?? m[2] ?? '');
    const covered = [
      ...['ImageId', 'RootDevice', 'InstanceType', 'DiskSize', 'DiskType', 'Spot', 'KeyName', 'EngineConfig'],
      ...['AgentSource', 'AgentSha256', 'MachineHash'],
    ];
    const fixed = ['ClusterName', 'PoolName', 'TableName', 'SecurityGroups', 'InstanceProfile'];
    const conditions = ['Spot']; // by IsSpot
    expect([...new Set([...refs, ...conditions])].sort()).toEqual([...covered, ...fixed].sort());
  });

  it('let nothing in from outside', () => {
    const rules = withType('AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties);
    expect(rules).toHaveLength(5);
    for (const rule of rules) expect(rule.SourceSecurityGroupId).toEqual({ 'Fn::GetAtt': ['Nodes', 'GroupId'] });
    for (const group of withType('AWS::EC2::SecurityGroup'))
      expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  it('keep the table when its stack goes', () => {
    const [table] = withType('AWS::DynamoDB::Table');
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table?.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
  });

  it('boot by a script that a shell can read', () => {
    const script = (data.UserData as { 'Fn::Base64': { 'Fn::Sub': string } })['Fn::Base64']['Fn::Sub'];
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    execFileSync('sh', ['-n'], { input: script.replaceAll(/\$\{(\w+)\}/g, 'x') });
  });
});

import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type ChangeOptions, changeStack } from '../../src/providers/aws/cloudformation/change.ts';
import { lastFailure } from '../../src/providers/aws/cloudformation/failure.ts';
import { protectStack, removeStack } from '../../src/providers/aws/cloudformation/remove.ts';
import { answerTo } from '../../src/providers/aws/cloudformation/stack-status.ts';
import { listStacks, type Stack } from '../../src/providers/aws/cloudformation/stacks.ts';
import { changeName, differencesFrom, type StackWish } from '../../src/providers/aws/cloudformation/wish.ts';

const { signal } = new AbortController();
/** A second that it is worked on; 3 fails after that second, since nobody ever signals. */
const TEMPLATE = `Parameters:
  Seconds: {Type: Number, AllowedValues: [1, 2, 3]}
  Grace: {Type: String, Default: "no"}
Conditions:
  Fails: !Equals [!Ref Seconds, 3]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: !Ref Seconds}
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
    Condition: Fails
    Properties: {}
  Signal:
    Type: AWS::CloudFormation::WaitCondition
    Condition: Fails
    DependsOn: Queue
    Properties: {Handle: !Ref Handle, Timeout: "1"}
Outputs:
  Queue: {Value: !Ref Queue}
  Vpc: {Value: !Ref Vpc}
`;

let client: CloudFormationClient;
let options: ChangeOptions;
let name: string;
let count = 0;

beforeAll(() => {
  client = new CloudFormationClient({
    region: 'us-east-1',
    endpoint: inject('endpoints').MiniStack,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  options = { client, clock: systemClock, role: 'arn:aws:iam::000000000000:role/skep-stacks-us-east-1', term: 1 };
});
afterAll(() => client.destroy());
beforeEach(() => {
  name = `skep-t${++count}-Base`;
});

const wish = (seconds: number, over: Partial<StackWish> = {}): StackWish => ({
  name,
  template: TEMPLATE,
  parameters: { Seconds: String(seconds), Grace: 'yes' },
  tags: { 'skep:cluster': 't' },
  ...over,
});
const there = async (): Promise<Stack | null> => (await listStacks(client, signal)).get(name) ?? null;

async function settled(): Promise<Stack | null> {
  for (let i = 0; i < 200; i++) {
    const stack = await there();
    if (!stack || answerTo(stack.status) !== 'wait') return stack;
    await systemClock.sleep(50);
  }
  throw new Error('it does not settle');
}
async function make(seconds: number): Promise<Stack> {
  expect(await changeStack(wish(seconds), await there(), options, signal)).toEqual({ ok: true });
  const stack = await settled();
  if (!stack) throw new Error('no stack');
  return stack;
}

const change = async (seconds: number, over: Partial<StackWish> = {}) =>
  changeStack(wish(seconds, over), await there(), options, signal);
const changeSets = async () =>
  (await client.send(new ListChangeSetsCommand({ StackName: name }))).Summaries?.filter(
    ({ ExecutionStatus }) => ExecutionStatus !== 'EXECUTE_COMPLETE',
  );

/** What somebody does in EC2, without an SDK that nothing else needs. */
async function ec2(body: Readonly<Record<string, string>>): Promise<string> {
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ec2/aws4_request, Signature=x';
  const url = inject('endpoints').MiniStack;
  const answered = await fetch(url, { method: 'POST', headers: { authorization }, body: new URLSearchParams(body) });
  return answered.text();
}

describe('a stack', () => {
  it('is made with its parameters and tags, and tells what came of it', async () => {
    const stack = await make(1);
    expect(stack).toMatchObject({
      name,
      status: 'CREATE_COMPLETE',
      parameters: { Seconds: '1', Grace: 'yes' },
      tags: { 'skep:cluster': 't' },
      isProtected: false,
    });
    expect(stack.outputs.Queue).toContain('Queue');
    expect(differencesFrom(stack, wish(1))).toEqual([]);
  });

  it('is left as it is when nothing differs, by both ways in which that is said', async () => {
    const stack = await make(1);
    expect(await change(1)).toEqual({ ok: true });
    expect((await there())?.status).toBe('CREATE_COMPLETE');
    expect(await changeSets()).toEqual([]);
    const said = Object.assign(new Error('No updates are to be performed.'), { name: 'ValidationError' });
    const refusing = { send: async () => Promise.reject(said) } as unknown as CloudFormationClient;
    expect(await changeStack(wish(1), stack, { ...options, client: refusing }, signal)).toEqual({ ok: true });
  });

  it('is changed in what differs alone, by its own template', async () => {
    const made = await make(1);
    expect(differencesFrom(made, wish(2))).toEqual([`${name}: parameter Seconds is 1, declared 2`]);
    // A later skep has another template and knows another parameter.
    const later = { template: 'Resources: {}', parameters: { Seconds: '2', New: 'x' } };
    expect(await change(2, later)).toEqual({ ok: true });
    const changed = await settled();
    expect(changed).toMatchObject({ status: 'UPDATE_COMPLETE', id: made.id, outputs: made.outputs });
    expect(changed?.parameters).toEqual({ Seconds: '2', Grace: 'yes' });
    expect(differencesFrom(changed as Stack, wish(2, later))).toEqual([]);
  });

  it('is changed in its tags', async () => {
    const made = await make(1);
    const tags = { 'skep:cluster': 't', env: 'prod' };
    expect(differencesFrom(made, wish(1, { tags }))).toEqual([`${name}: tag env is missing`]);
    expect(await change(1, { tags })).toEqual({ ok: true });
    expect((await settled())?.tags).toEqual(tags);
  });

  it('is gone on with where an earlier try of the same change ended', async () => {
    const [one, two] = await Promise.all([change(1), change(1)]);
    expect([one, two].filter(({ ok }) => ok).length).toBeGreaterThan(0);
    expect((await settled())?.status).toBe('CREATE_COMPLETE');
    const stack = (await there()) as Stack;
    const ChangeSetName = changeName(wish(2), stack);
    const half = { StackName: name, ChangeSetName, UsePreviousTemplate: true, ChangeSetType: 'UPDATE' } as const;
    const Parameters = [
      { ParameterKey: 'Seconds', ParameterValue: '2' },
      { ParameterKey: 'Grace', UsePreviousValue: true },
    ];
    await client.send(new CreateChangeSetCommand({ ...half, Parameters }));
    expect(await change(2)).toEqual({ ok: true });
    expect((await settled())?.parameters.Seconds).toBe('2');
  });

  it('takes nothing else while CloudFormation works on it', async () => {
    expect(await change(3)).toEqual({ ok: true });
    const busy = (await there()) as Stack;
    expect([busy.status, answerTo(busy.status)]).toEqual(['CREATE_IN_PROGRESS', 'wait']);
    await settled();
  });

  it('that could not be made says what failed first, is removed, and its name is free again', async () => {
    expect(await change(3)).toEqual({ ok: true });
    const failed = (await settled()) as Stack;
    expect([failed.status, answerTo(failed.status)]).toEqual(['ROLLBACK_COMPLETE', 'remake']);
    const failure = await lastFailure(client, failed.id, signal);
    expect(failure?.cause).toMatch(/^Signal \(AWS::CloudFormation::WaitCondition\): /);
    expect(failure?.token).toContain(changeName(wish(3), null));
    expect(await removeStack(client, failed, 1, signal)).toEqual({ ok: true });
    expect(await settled()).toBeNull();
    expect((await make(1)).status).toBe('CREATE_COMPLETE');
  });

  it('that could not be changed is as it was, says what failed first, and may be changed otherwise', async () => {
    const made = await make(1);
    expect(await change(3)).toEqual({ ok: true });
    const failed = (await settled()) as Stack;
    expect([failed.status, answerTo(failed.status)]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'change']);
    expect(failed.parameters).toEqual(made.parameters);
    const failure = await lastFailure(client, failed.id, signal);
    expect(failure?.cause).toMatch(/^Signal /);
    expect(failure?.token).toContain(changeName(wish(3), failed));
    expect(failure?.token).not.toContain(changeName(wish(2), failed));
    expect(await change(2)).toEqual({ ok: true });
    expect((await settled())?.status).toBe('UPDATE_COMPLETE');
    expect(await lastFailure(client, failed.id, signal)).toBeNull();
  });

  it('is refused what its template does not take, and nothing is left of it', async () => {
    await make(1);
    expect(await change(7)).toMatchObject({ ok: false, problem: { kind: 'refused' } });
    expect(await changeSets()).toEqual([]);
    expect((await there())?.status).toBe('CREATE_COMPLETE');
  });

  it('that is protected goes only when skep takes the protection off', async () => {
    const made = await make(1);
    expect(await protectStack(client, made, true, signal)).toEqual({ ok: true });
    const held = (await there()) as Stack;
    expect(held.isProtected).toBe(true);
    const blunt = await removeStack(client, { ...held, isProtected: false }, 1, signal);
    expect(blunt).toMatchObject({ ok: false, problem: { kind: 'refused' } });
    expect(await removeStack(client, held, 1, signal)).toEqual({ ok: true });
    expect(await settled()).toBeNull();
  });

  it('that could not be deleted is left to a person, who can have it deleted again', async () => {
    const made = await make(1);
    const subnet = await ec2({ Action: 'CreateSubnet', VpcId: made.outputs.Vpc ?? '', CidrBlock: '10.0.0.0/24' });
    const SubnetId = /subnet-[0-9a-f]+/.exec(subnet)?.[0] ?? '';
    expect(SubnetId).not.toBe('');
    expect(await removeStack(client, made, 1, signal)).toEqual({ ok: true });
    const failed = (await settled()) as Stack;
    expect([failed.status, answerTo(failed.status)]).toEqual(['DELETE_FAILED', 'person']);
    expect((await lastFailure(client, failed.id, signal))?.cause).toContain('Vpc');
    await ec2({ Action: 'DeleteSubnet', SubnetId });
    expect(await removeStack(client, failed, 2, signal)).toEqual({ ok: true });
    expect(await settled()).toBeNull();
  });

  it('that was only planned by somebody is made', async () => {
    const ChangeSetName = 'somebodys';
    const Parameters = [{ ParameterKey: 'Seconds', ParameterValue: '2' }];
    const planned = { StackName: name, ChangeSetName, ChangeSetType: 'CREATE', TemplateBody: TEMPLATE } as const;
    await client.send(new CreateChangeSetCommand({ ...planned, Parameters }));
    const stack = (await settled()) as Stack;
    expect([stack.status, answerTo(stack.status)]).toEqual(['REVIEW_IN_PROGRESS', 'make']);
    expect((await make(1)).parameters).toEqual({ Seconds: '1', Grace: 'yes' });
  });
});

it('all stacks are listed, over as many pages as there are', async () => {
  const many = Array.from({ length: 120 }, (_, i) => `page-${i}`);
  const TemplateBody = 'Resources: {Queue: {Type: "AWS::SQS::Queue", Properties: {}}}';
  for (const StackName of many) await client.send(new CreateStackCommand({ StackName, TemplateBody }));
  const names = [...(await listStacks(client, signal)).keys()];
  expect(names.filter((each) => each.startsWith('page-')).sort()).toEqual([...many].sort());
});

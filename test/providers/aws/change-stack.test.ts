import {
  type CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
  StackStatus,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { changeStack } from '../../../src/providers/aws/cloudformation/change.ts';
import { answerTo, releaseOf, STACK_ANSWERS } from '../../../src/providers/aws/cloudformation/stack-status.ts';
import type { Stack } from '../../../src/providers/aws/cloudformation/stacks.ts';
import { changeName } from '../../../src/providers/aws/cloudformation/wish.ts';
import { createFakeClock } from '../../support/fake-clock.ts';

const { signal } = new AbortController();
const wish = { name: 'skep-one-Base', template: '{}', parameters: { A: '2' }, tags: {} };
const stack: Stack = {
  name: wish.name,
  id: 'arn',
  status: 'UPDATE_COMPLETE',
  parameters: { A: '1', B: '1' },
  outputs: {},
  tags: {},
  isProtected: false,
};

/** What no stand-in says: one answer to each look at the change set. */
async function change(answers: readonly object[], term = 3, there: Stack | null = stack) {
  const sent: { readonly input: unknown; readonly constructor: { readonly name: string } }[] = [];
  const left = [...answers];
  const send = async (command: (typeof sent)[number]) => {
    sent.push(command);
    if (!(command instanceof DescribeChangeSetCommand)) return {};
    return left.length > 1 ? left.shift() : left[0];
  };
  const clock = createFakeClock();
  const client = { send } as unknown as CloudFormationClient;
  const changing = changeStack(wish, there, { client, clock, role: 'role', term }, signal);
  let isOver = false;
  void changing.finally(() => {
    isOver = true;
  });
  for (let i = 0; i < 200 && !isOver; i++) await clock.step(500);
  const of = <T>(kind: abstract new (...args: never[]) => T) =>
    sent.filter((c): c is typeof c & T => c instanceof kind);
  return { result: await changing, sent, of };
}
const READY = { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' };
const replacing = (LogicalResourceId: string, Replacement: string) => ({
  ResourceChange: { LogicalResourceId, ResourceType: 'AWS::EC2::VPC', Replacement },
});

describe('a change of a stack', () => {
  it('is asked for whole, under a name that the same change always has, and with the term', async () => {
    const { result, of } = await change([{ Status: 'CREATE_PENDING' }, READY]);
    expect(result).toEqual({ ok: true });
    const name = changeName(wish, stack);
    expect(of(CreateChangeSetCommand)[0]?.input).toEqual({
      StackName: wish.name,
      ChangeSetName: name,
      ChangeSetType: 'UPDATE',
      UsePreviousTemplate: true,
      Parameters: [
        { ParameterKey: 'A', ParameterValue: '2' },
        { ParameterKey: 'B', UsePreviousValue: true },
      ],
      Tags: [],
      Capabilities: ['CAPABILITY_IAM'],
      RoleARN: 'role',
      ClientToken: `${name}-3`,
    });
    expect(of(ExecuteChangeSetCommand)[0]?.input).toMatchObject({ ClientRequestToken: `${name}-3` });
    expect(changeName({ ...wish, parameters: { A: '3' } }, stack)).not.toBe(name);
    expect(changeName(wish, { ...stack, parameters: { A: '0', B: '1' } })).not.toBe(name);
    expect(changeName({ ...wish, template: 'of a later skep' }, stack)).toBe(name);
  });

  it('is refused when it would replace something, also on a later page', async () => {
    const pages = [
      { ...READY, Changes: [replacing('Nodes', 'Conditional')], NextToken: 'more' },
      { ...READY, Changes: [replacing('Vpc', 'True')] },
    ];
    const { result, of } = await change(pages);
    expect(result).toMatchObject({ ok: false, problem: { kind: 'refused', detail: expect.stringContaining('Vpc') } });
    expect(of(ExecuteChangeSetCommand)).toEqual([]);
    expect(of(DeleteChangeSetCommand)).toHaveLength(1);
    expect((await change([{ ...READY, Changes: [replacing('Nodes', 'Conditional')] }])).result.ok).toBe(true);
  });

  it.each(['EXECUTE_FAILED', 'OBSOLETE', 'UNAVAILABLE'])('that is %s is made anew', async (ExecutionStatus) => {
    const { result, of } = await change([{ ...READY, ExecutionStatus }]);
    expect(result).toMatchObject({ ok: false, problem: { kind: 'conflict' } });
    expect(of(DeleteChangeSetCommand)).toHaveLength(1);
  });

  it('that somebody executes already is left alone', async () => {
    const { result, of } = await change([{ ...READY, ExecutionStatus: 'EXECUTE_IN_PROGRESS' }]);
    expect([result, of(ExecuteChangeSetCommand)]).toEqual([{ ok: true, value: undefined }, []]);
  });

  it('that is still worked out after half a minute is found by the next look', async () => {
    const { result, of } = await change([{ Status: 'CREATE_IN_PROGRESS' }]);
    expect(result.ok).toBe(true);
    expect([of(DescribeChangeSetCommand).length, of(ExecuteChangeSetCommand).length]).toEqual([60, 0]);
  });

  it('that says that nothing differs is success', async () => {
    const nothing =
      "The submitted information didn't contain changes. Submit different information to create a change set.";
    const { result, of } = await change([{ Status: 'FAILED', StatusReason: nothing }]);
    expect(result).toEqual({ ok: true, value: undefined });
    expect(of(DeleteChangeSetCommand)).toHaveLength(1);
  });
});

describe('the states of a stack', () => {
  it('are all answered', () => {
    expect(Object.keys(STACK_ANSWERS).sort()).toEqual(Object.values(StackStatus).sort());
  });

  it('have nothing taken while one of them goes on, and only then', () => {
    for (const status of Object.values(StackStatus)) {
      const goesOn = status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
      expect([status, answerTo(status) === 'wait']).toEqual([status, goesOn]);
    }
  });

  it('that are left to a person say what to do; so is one that nobody knows', () => {
    for (const status of Object.values(StackStatus))
      if (answerTo(status) === 'person') expect(releaseOf(status, 'skep-one-Base')).toContain('skep-one-Base');
    expect(answerTo('NEW_STATE' as StackStatus)).toBe('person');
  });
});

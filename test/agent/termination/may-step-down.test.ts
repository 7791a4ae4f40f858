import { describe, expect, it } from 'vitest';
import { mayStepDown } from '../../../src/agent/termination/step-down.ts';
import type { NodeId } from '../../../src/model/ids.ts';
import type { Member, SwarmView } from '../../../src/model/observed.ts';
import { aMember, aSwarm, asManager } from '../../support/builders.ts';

const ME = 'n1' as NodeId;

const managers = (count: number, over: Partial<Member> = {}): readonly Member[] =>
  Array.from({ length: count }, (_, i) => aMember(`n${i + 1}`, { ...asManager(i === 1), ...(i === 1 ? over : {}) }));
const cut: Partial<Member> = { manager: { leader: false, reachability: 'unreachable' } };
const seen = (members: readonly Member[], over: Partial<SwarmView> = {}) => aSwarm({ members, ...over });
const demoteMe = { verb: 'demote', node: ME, version: 10 };

describe('a manager that is going to be taken away', () => {
  it.each([
    ['4 of 4, 3 declared', 4, 3],
    ['2 of 2, 1 declared', 2, 1],
    ['6 of 6, 5 declared', 6, 5],
    ['5 of 5, 3 declared', 5, 3],
  ])('leaves raft: %s', (_, count, declared) => {
    expect(mayStepDown(seen(managers(count)), ME, undefined, declared)).toEqual(demoteMe);
  });

  it.each([
    ['as many as declared', seen(managers(3)), 3],
    ['fewer than declared', seen(managers(4)), 5],
    ['the only one', seen(managers(1)), 1],
    ['another one is unreachable', seen(managers(4, cut)), 3],
    ['nobody knows how many are declared', seen(managers(4)), null],
    ['another one is on its way out', seen([...managers(4), aMember('n9', { ...asManager(), role: 'worker' })]), 3],
    ['one is being promoted', seen([...managers(4), aMember('n9', { role: 'manager' })]), 3],
    ['a root rotation is going on', seen(managers(4), { rootRotationInProgress: true }), 3],
    ['the leader has just changed', seen([...managers(4), aMember('n9', { state: 'unknown' })]), 3],
    ['it is no manager', seen([aMember('n1'), ...managers(5).slice(1)]), 3],
    ['it is out already', seen([aMember('n1', { ...asManager(), role: 'worker' }), ...managers(5).slice(1)]), 3],
    ['it is in no list', seen(managers(5).slice(1)), 3],
    [
      'a person keeps it',
      seen([aMember('n1', { ...asManager(), labels: { 'skep.hold': 'mine' } }), ...managers(4).slice(1)]),
      3,
    ],
  ])('stays: %s', (_, view, declared) => {
    expect(mayStepDown(view, ME, undefined, declared)).toBeNull();
  });

  it('stays while raft has a member that is in no list', () => {
    const peers = managers(4).map(({ id }) => id);
    expect(mayStepDown(seen(managers(4)), ME, peers, 3)).toEqual(demoteMe);
    expect(mayStepDown(seen(managers(4)), ME, [...peers, 'ghost' as NodeId], 3)).toBeNull();
  });
});

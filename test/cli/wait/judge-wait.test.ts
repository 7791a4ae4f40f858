import { describe, expect, it } from 'vitest';
import { judgeWait } from '../../../src/cli/wait/judge-wait.ts';
import type { Condition } from '../../../src/model/status.ts';
import { aStatus } from '../support/status-builder.ts';

const condition = (type: Condition['type'], status: Condition['status'] = 'True'): Condition => ({
  type,
  status,
  reason: 'R',
  message: 'm',
  lastTransitionTime: '2026-11-21T14:00:00Z',
});
const hold = {
  reason: 'DeletionHeld',
  what: 'delete demo',
  why: 'nobody confirmed',
  since: '',
  release: 'skep confirm demo',
} as const;

describe('waiting for Ready', () => {
  const ready = (file: Parameters<typeof judgeWait>[0], specHash: string | null = 'hash-1') =>
    judgeWait(file, { for: 'Ready', specHash }).kind;

  it.each([
    ['no status yet', null, 'waiting'],
    ['all as declared', aStatus(), 'done'],
    ['reconciling', aStatus('demo', { conditions: [condition('Ready'), condition('Reconciling')] }), 'waiting'],
    ['Ready unknown', aStatus('demo', { conditions: [condition('Ready', 'Unknown')] }), 'waiting'],
    ['another generation observed', aStatus('demo', {}, { generation: 2 }), 'waiting'],
    ['on the way', aStatus('demo', { phase: 'Creating' }), 'waiting'],
    ['stalled', aStatus('demo', { phase: 'Degraded', conditions: [condition('Stalled')] }), 'failed'],
    ['held', aStatus('demo', { phase: 'Held' }), 'failed'],
    ['paused', aStatus('demo', { phase: 'Paused' }), 'failed'],
    ['being deleted', aStatus('demo', { phase: 'Deleting' }, { deletionTimestamp: '2026-11-21T14:00:00Z' }), 'failed'],
    ['a tombstone of an earlier one', aStatus('demo', { phase: 'Deleted' }), 'waiting'],
    ['kept without a document', aStatus('demo', { phase: 'Orphaned' }), 'failed'],
  ] as const)('%s', (_, file, kind) => {
    expect(ready(file)).toBe(kind);
  });

  it('takes no status of another version for this one, be it Ready or stalled', () => {
    expect(ready(aStatus(), 'hash-2')).toBe('waiting');
    expect(ready(aStatus('demo', { phase: 'Held', conditions: [condition('Stalled')] }), 'hash-2')).toBe('waiting');
  });

  it('fails when this version was seen and is not let in force', () => {
    const file = aStatus('demo', { specHash: 'hash-2', observedSpecHash: 'hash-1', phase: 'Held' });
    expect(ready(file, 'hash-2')).toBe('failed');
    expect(ready(aStatus('demo', { specHash: 'hash-2', observedSpecHash: 'hash-1' }), 'hash-2')).toBe('waiting');
  });

  it('without a document of its own waits for the one in the directory', () => {
    expect(ready(aStatus('demo', { specHash: 'hash-2' }), null)).toBe('waiting');
    expect(ready(aStatus(), null)).toBe('done');
  });
});

describe('waiting for Deleted', () => {
  it.each([
    ['never there', null, 'done'],
    ['a tombstone', aStatus('demo', { phase: 'Deleted' }), 'done'],
    ['still as it was', aStatus(), 'waiting'],
    ['on the way', aStatus('demo', { phase: 'Deleting', specHash: null }), 'waiting'],
    ['stalled on the way', aStatus('demo', { phase: 'Deleting', conditions: [condition('Stalled')] }), 'failed'],
    ['held', aStatus('demo', { phase: 'Held', holds: [hold] }), 'failed'],
    ['held for another reason before', aStatus('demo', { phase: 'Held' }), 'waiting'],
    ['kept', aStatus('demo', { phase: 'Orphaned' }), 'failed'],
  ] as const)('%s', (_, file, kind) => {
    expect(judgeWait(file, { for: 'Deleted', specHash: null }).kind).toBe(kind);
  });
});

/**
 * Rule of safety → guard → the test that fails without the guard. Each was taken out once. Where a rule has many guards the
 * tables of rows in test/controller/plan/guards*.test.ts hold them all; here stands what each rule rests on.
 * Holds have a table of their own, complete over their reasons: test/controller/holds.test.ts.
 */
export interface Guard {
  readonly rule: string;
  readonly guard: string;
  /** Below test/, and words of the test's title. */
  readonly file: string;
  readonly test: string;
}

const PLAN = 'controller/plan/';

const guard = (rule: string, guarded: string, file: string, test: string): Guard => ({
  rule,
  guard: guarded,
  file,
  test,
});

export const GUARDS: readonly Guard[] = [
  guard('S1', 'the table of n and reachable', 'model/quorum.test.ts', 'begins what the table allows and nothing else'),
  guard(
    'S1',
    'a stopped peer counts as unreachable',
    `${PLAN}guards-healing.test.ts`,
    'S1: nobody is promoted while a peer is stopped',
  ),
  guard('S1', 'the leader goes last', `${PLAN}guards-rollout.test.ts`, 'the leader is demoted last'),
  guard('S2', 'one change at a time', `${PLAN}guards-rollout.test.ts`, 'S2: not while another changes'),
  guard(
    'S2',
    'in raft, so not taken away',
    `${PLAN}guards-healing.test.ts`,
    'S2: a manager that is to be replaced stays as long as it is in raft',
  ),
  guard(
    'S3',
    'no swarm beside one that there is or was',
    `${PLAN}guards.test.ts`,
    'S3: no swarm is begun beside a machine that is in one',
  ),
  guard(
    'S3',
    'nobody joins an unnamed swarm',
    `${PLAN}guards.test.ts`,
    'S3: nobody joins before the record names the swarm',
  ),
  guard(
    'S4',
    'a drain ends when its tasks are elsewhere',
    `${PLAN}guards.test.ts`,
    'S4: a drain is not over while tasks run there',
  ),
  guard('S5', 'what is unavailable counts', `${PLAN}guards-rollout.test.ts`, 'S5: nodes already unavailable count'),
  guard(
    'S6',
    'what could not be looked at stays',
    `${PLAN}guards.test.ts`,
    'S6: nothing goes whose machine could not be looked at',
  ),
  guard(
    'S6',
    'a silent swarm loses nothing',
    `${PLAN}guards.test.ts`,
    'S6: nothing is taken away while the swarm does not answer',
  ),
  guard(
    'S7',
    'the brake',
    'controller/healing-limits.test.ts',
    'keeps what still exists while too many of a pool look bad',
  ),
  guard(
    'S7',
    'the brake on what is outdated',
    `${PLAN}guards-rollout.test.ts`,
    'S7: outdated nodes that are down are not cleared away',
  ),
  guard(
    'S8',
    'strangers are not removed',
    `${PLAN}guards.test.ts`,
    'S8: a member that somebody else brought is not removed',
  ),
  guard('S8', 'skep.hold', `${PLAN}guards.test.ts`, 'a node with skep.hold is not touched'),
  guard('S9', 'the policy of deletion', `${PLAN}guards.test.ts`, 'S9: a policy of Confirm waits for somebody'),
  guard(
    'S9',
    'a directory that vanished is no deletion',
    'controller/source-guards.test.ts',
    'when the directory vanishes',
  ),
  guard(
    'S10',
    'an older term only observes',
    `${PLAN}guards.test.ts`,
    'S10: a record of a later term is only observed',
  ),
  guard(
    'S10',
    'whoever slept asks for the lease first',
    'controller/loop/lease.test.ts',
    'begins nothing after it was suspended',
  ),
  guard(
    'S11',
    'of engine.config only the keys are told',
    'controller/fold-status/without-secrets.test.ts',
    'tells of engine.config only the keys',
  ),
  guard('S11', 'errors of Docker without tokens', 'providers/swarm/problems.test.ts', 'never repeats a token or a key'),
  guard(
    'S12',
    'failed startups are counted',
    `${PLAN}guards-healing.test.ts`,
    'S12: no more such machines than startupRetries',
  ),
  guard('S12', 'back-off bars hints', 'controller/loop/work-queue.test.ts', 'keeps hints away while a key backs off'),
  guard(
    'S13',
    'no roll over local data',
    `${PLAN}guards-rollout.test.ts`,
    'S13: a node with protected data is not rolled',
  ),
  guard('S13', 'no scaling down over local data', `${PLAN}guards.test.ts`, 'S13: a node with local data is held'),
  guard(
    'S14',
    'another version is computed anew',
    `${PLAN}guards-rollout.test.ts`,
    'S14: a hash of another version is recomputed',
  ),
  guard(
    'L1',
    'holds are looked at again',
    'controller/next-visit.test.ts',
    'comes within seconds where a task may end or a person put something right',
  ),
  guard(
    'L1',
    'a broken canary goes first',
    `${PLAN}guards-rollout.test.ts`,
    'a broken canary cannot block its own fix',
  ),
  guard(
    'L2',
    'names follow from the record',
    `${PLAN}guards-healing.test.ts`,
    'L2: machines are made under the revision that names them',
  ),
  guard(
    'L2',
    'what was made and never started',
    'controller/healing-limits.test.ts',
    'is started when a crash came between making and starting it',
  ),
  guard(
    'L3',
    'a changed document passes everything',
    'controller/loop/work-queue.test.ts',
    'gives a changed spec before an operation before a resync',
  ),
  guard(
    'L3',
    'it is on the record before anything follows',
    `${PLAN}guards-rollout.test.ts`,
    'a rollout is on the record before anything follows from it',
  ),
];

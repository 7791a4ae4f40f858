/** Why a step is not taken: safety.md 7. Each has a row in docs/failure-modes.md. */
export const HOLD_REASONS = [
  'Paused',
  'DeletionHeld',
  'ReplacementHeld',
  'DrainTimedOut',
  'LocalDataHeld',
  'Unplaceable',
  'CanaryFailed',
  'Braked',
  'QuorumLost',
  'OutsideWindow',
  'SpecInvalid',
  'NameConflict',
  'IdentityConflict',
  'Locked',
  'NewerWriter',
  'SourceBehind',
  'StartupFailed',
  'StackNeedsHuman',
  'MembershipUnsettled',
  'SwarmUnreachable',
] as const;
/** Written by earlier versions and still read. */
export const FORMER_HOLD_REASONS = ['NotYet'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** A step we will not take without somebody's word, or until something changes. */
export interface Hold {
  readonly reason: HoldReason;
  /** What is held, e.g. `remove demo-web-x1y2`. */
  readonly what: string;
  /** Why, in a sentence. */
  readonly why: string;
  /** The command, edit or event that releases it. */
  readonly release: string;
}

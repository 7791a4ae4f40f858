import type { StackStatus } from '@aws-sdk/client-cloudformation';

/**
 * What skep does about a stack:
 * `make`: there is none yet, or only the plan of one;
 * `change`: it rests, and is changed when it is another than declared;
 * `wait`: CloudFormation works on it, and takes nothing else meanwhile;
 * `remake`: it never came to be and carries no machine, so it is deleted and made again;
 * `person`: only a person can say how it goes on.
 */
export type StackAnswer = 'make' | 'change' | 'wait' | 'remake' | 'person';

/** Every state that CloudFormation knows (AWS CloudFormation User Guide, "Stack status codes"). */
export const STACK_ANSWERS: Readonly<Record<StackStatus, StackAnswer>> = {
  REVIEW_IN_PROGRESS: 'make',
  DELETE_COMPLETE: 'make',

  CREATE_COMPLETE: 'change',
  UPDATE_COMPLETE: 'change',
  UPDATE_ROLLBACK_COMPLETE: 'change',
  IMPORT_COMPLETE: 'change',
  IMPORT_ROLLBACK_COMPLETE: 'change',

  CREATE_IN_PROGRESS: 'wait',
  ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_IN_PROGRESS: 'wait',
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_IN_PROGRESS: 'wait',
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: 'wait',
  DELETE_IN_PROGRESS: 'wait',
  IMPORT_IN_PROGRESS: 'wait',
  IMPORT_ROLLBACK_IN_PROGRESS: 'wait',

  CREATE_FAILED: 'remake',
  ROLLBACK_COMPLETE: 'remake',
  ROLLBACK_FAILED: 'remake',

  UPDATE_FAILED: 'person',
  UPDATE_ROLLBACK_FAILED: 'person',
  DELETE_FAILED: 'person',
  IMPORT_ROLLBACK_FAILED: 'person',
};

/** A state of which this program does not know is left to a person. */
export const answerTo = (status: StackStatus): StackAnswer => STACK_ANSWERS[status] ?? 'person';

/** What a person does about a state that is left to them. */
export function releaseOf(status: StackStatus, stack: string): string {
  switch (status) {
    case 'UPDATE_ROLLBACK_FAILED':
      return `aws cloudformation continue-update-rollback --stack-name ${stack}`;
    case 'UPDATE_FAILED':
      return `aws cloudformation rollback-stack --stack-name ${stack}`;
    case 'DELETE_FAILED':
      return `aws cloudformation delete-stack --stack-name ${stack}, which ends its machines`;
    default:
      return `see the stack ${stack} in CloudFormation's console`;
  }
}

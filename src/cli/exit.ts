/** What the shell gets. `plan --detailed-exitcode` uses 3 for changes pending, where terraform uses 2. */
export const EXIT = { asWanted: 0, trouble: 1, badInput: 2, pending: 3 } as const;

export const EXIT_CODES_TEXT =
  'Exit codes: 0 as wanted, 1 trouble, 2 bad input, 3 changes pending\n' +
  '(3 only with plan --detailed-exitcode; terraform uses 2 there).';

/** Ends a command with a message on stderr. Thrown by faces, caught once in `runCli`. */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.trouble) {
    super(message);
    this.name = 'Refusal';
    this.exitCode = exitCode;
  }
}

export const badInput = (message: string): Refusal => new Refusal(message, EXIT.badInput);
